"""pyroute2: `main.py WORKLOAD COUNT` in a network namespace of its own prints the figures; those of ../../workloads.mjs.

With `--batch`, requests are packed with IPBatch and sent many at a time.
"""

import json
import sys

import containers
import events
import links
import lists
import neighbors
import routes
from requests_to_kernel import Batches, OneByOne

WORKLOADS = {
    'veth-pairs': links.veth_pairs,
    'veth-pairs-up': links.veth_pairs_up,
    'route-add': routes.route_add,
    'neighbor-add': neighbors.neighbor_add,
    'fdb-add': neighbors.fdb_add,
}
ALONE = {
    'containers': containers.containers,
    'cold': containers.cold,
    'route-list': lists.route_list,
    'link-list': lists.link_list,
    'route-events': events.route_events,
}


def main(arguments):
    way = OneByOne
    if arguments[0] == '--batch':
        way = Batches
        del arguments[0]
    workload, count = arguments[0], int(arguments[1])
    if workload in ALONE:
        return ALONE[workload](count)
    return WORKLOADS[workload](way, count)


print(json.dumps(main(sys.argv[1:])))
