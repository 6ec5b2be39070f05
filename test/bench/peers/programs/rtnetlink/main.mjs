/**
 * `node main.mjs WORKLOAD COUNT [warm]`: prints the figures, with how late the event loop was meanwhile. Warmed up, a fifth of the work is done in another namespace before:
 * V8 has compiled what is used, as in a process that has been running for a while.
 */
import { Netns } from '../../../../../dist/index.js'

const [workload, count, warm] = process.argv.slice(2)
const { default: run } = await import(`./${workload}.mjs`)
if (warm !== undefined) await run(Math.ceil(Number(count) / 5), await Netns.create())
console.log(JSON.stringify(await run(Number(count))))
