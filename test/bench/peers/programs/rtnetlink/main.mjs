/** `node main.mjs WORKLOAD COUNT`: prints the figures, with how late the event loop was meanwhile. */
const [workload, count] = process.argv.slice(2)
const { default: run } = await import(`./${workload}.mjs`)
console.log(JSON.stringify(await run(Number(count))))
