/** Sets up one container, and is done. */
import { Netns } from '../../../../../dist/index.js'
import { addBridge, addContainer } from './container.mjs'

const host = Netns.current()
await Promise.all([addBridge(host), addContainer(host, 0)])
