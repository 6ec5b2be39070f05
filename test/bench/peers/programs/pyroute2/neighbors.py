from socket import AF_INET

from links import DEVICE, add_device
from measure import expect, measure
from pyroute2 import IPRoute
from values import address_at, hardware_address_at

AF_BRIDGE = 7
NUD_PERMANENT = 0x80


def neighbor_add(way, count):
    add_device()
    way = way()

    def work():
        for i in range(count):
            address = address_at('12.0.0.0', i)
            way.api.neigh('add', dst=address, lladdr=hardware_address_at(i), ifindex=DEVICE, state='permanent')
            way.sent()
        way.finish()

    _, ns = measure(work)
    expect_permanent(AF_INET, count)
    return {'ns': ns}


def fdb_add(way, count):
    with IPRoute() as host:
        host.link('add', ifname='x0', index=DEVICE, kind='vxlan', vxlan_id=1, vxlan_port=4789)
    way = way()

    def work():
        for i in range(count):
            way.api.fdb('add', dst=f'10.0.0.{i % 250 + 1}', lladdr=hardware_address_at(i), ifindex=DEVICE)
            way.sent()
        way.finish()

    _, ns = measure(work)
    expect_permanent(AF_BRIDGE, count)
    return {'ns': ns}


def expect_permanent(family, wanted):
    with IPRoute() as host:
        found = host.get_neighbours(family=family)
        added = [one for one in found if one['ifindex'] == DEVICE and one['state'] & NUD_PERMANENT]
        expect('neighbors', len(added), wanted)
