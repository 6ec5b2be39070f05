import time

from links import FIRST_NEAR, add_veth
from measure import expect, measure
from pyroute2 import IPRoute, netns
from pyroute2.netlink.exceptions import NetlinkDumpInterrupted
from routes import main_routes
from values import address_at

LOOPBACK = 1
ETH0 = 10
BRIDGE = 11


class Container:
    """A named namespace, and a socket in it. The library's NetNS would be a process for each."""

    def __init__(self, i):
        self.name = f'c{i}'
        netns.create(self.name)
        netns.pushns(self.name)
        self.inside = IPRoute()
        netns.popns()

    def remove(self):
        self.inside.close()
        netns.remove(self.name)


def containers(count):
    with IPRoute() as host:
        add_bridge(host)
        running, setup = measure(lambda: set_up_all(host, count))
        expect_containers(host, running)
        _, teardown = measure(lambda: tear_down(host, running))
    return {'setup_ns': setup, 'teardown_ns': teardown}


def cold(count):
    with IPRoute() as host:
        add_bridge(host)
        set_up_all(host, count)
    return {}


def add_bridge(host):
    host.link('add', ifname='br0', index=BRIDGE, kind='bridge', state='up')


def set_up_all(host, count):
    return [set_up(host, i) for i in range(count)]


def set_up(host, i):
    container = Container(i)
    queues = {'IFLA_NUM_TX_QUEUES': 1, 'IFLA_NUM_RX_QUEUES': 1}
    # The far end is made where it belongs.
    inside = [('IFLA_NET_NS_FD', container.name), *queues.items()]
    near = {'ifname': f'h{i}', 'index': FIRST_NEAR + i, 'master': BRIDGE, 'state': 'up', **queues}
    add_veth(host, 'eth0', ETH0, inside, **near)
    container.inside.link('set', index=LOOPBACK, state='up')
    container.inside.addr('add', index=ETH0, address=address_at('10.88.0.2', i), prefixlen=16)
    container.inside.link('set', index=ETH0, state='up')
    container.inside.route('add', dst='default', gateway='10.88.0.1')
    return container


def tear_down(host, running):
    """Removes the namespaces, with which the kernel takes the links away, on a thread of its own."""
    for container in running:
        container.remove()
    while any_left(host):
        time.sleep(0.001)


def any_left(host):
    try:
        return len(host.get_links()) > 2
    except NetlinkDumpInterrupted:
        return True


def expect_containers(host, running):
    expect('links', len(host.get_links()), 2 + len(running))
    for container in running:
        # The default one, and that of the address.
        expect('routes', len(main_routes(container.inside)), 2)
