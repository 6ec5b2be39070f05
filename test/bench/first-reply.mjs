/** From import to the first reply of the kernel, and out. Only reads. */
import { Netns } from '../../dist/index.js'

await Netns.current().links.get(1)
