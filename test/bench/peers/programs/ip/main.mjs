/** `node main.mjs batch|exec|exec8 WORKLOAD COUNT`: the work done by `ip`, in one process with a batch, or in a process each. */
const [way, workload, count] = process.argv.slice(2)
const { default: workloads } = await import(`./${way === 'batch' ? 'batch' : 'exec'}.mjs`)
console.log(JSON.stringify(await workloads[workload](Number(count), way === 'exec8' ? 8 : 1)))
