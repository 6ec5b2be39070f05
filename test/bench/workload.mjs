/**
 * Child process: runs one workload and prints an array with one object of figures (times in ns) a run, the first run
 * cold. processes.mjs starts it in a new network namespace, which is all that it works on.
 *
 *     floor in-namespace node workload.mjs NAME '{"runs":5, …}'
 */
const [name, options] = process.argv.slice(2)
const { default: workload } = await import(`./workloads/${name}.mjs`)
console.log(JSON.stringify(await workload(JSON.parse(options))))
