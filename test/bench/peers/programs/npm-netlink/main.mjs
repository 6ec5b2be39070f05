/** npm's `netlink`: `node main.mjs WORKLOAD COUNT` prints the figures, with how late the event loop was meanwhile. */
import * as events from './events.mjs'
import * as links from './links.mjs'
import * as neighbors from './neighbors.mjs'
import * as routes from './routes.mjs'

const workloads = {
  'veth-pairs': links.vethPairs,
  'veth-pairs-up': links.vethPairsUp,
  'link-list': links.linkList,
  'route-add': routes.routeAdd,
  'route-list': routes.routeList,
  'neighbor-add': neighbors.neighborAdd,
  'fdb-add': neighbors.fdbAdd,
  'route-events': events.routeEvents,
}

const [workload, count] = process.argv.slice(2)
console.log(JSON.stringify(await workloads[workload](Number(count))))
