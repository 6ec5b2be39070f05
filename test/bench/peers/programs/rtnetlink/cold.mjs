/** Sets up one container, and is done. */
import { addBridge, addContainer } from './container.mjs'

await Promise.all([addBridge(), addContainer(0)])
