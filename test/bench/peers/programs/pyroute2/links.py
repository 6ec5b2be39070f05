from socket import AF_INET

from measure import expect, measure
from pyroute2 import IPRoute
from values import address_at

# Indexes are chosen here: otherwise each link would have to be looked up.
DEVICE = 10
FIRST_NEAR = 100_000
FIRST_FAR = 200_000


def add_veth(api, far, far_index, far_attributes=(), **near):
    """As `peer=` does it, which has no index."""
    peer = {'index': far_index, 'attrs': [('IFLA_IFNAME', far), *far_attributes]}
    data = {'attrs': [('VETH_INFO_PEER', peer)]}
    linkinfo = {'attrs': [('IFLA_INFO_KIND', 'veth'), ('IFLA_INFO_DATA', data)]}
    api.link('add', IFLA_LINKINFO=linkinfo, **near)


def add_pair(api, i, **more):
    add_veth(api, f'vb{i}', FIRST_FAR + i, ifname=f'va{i}', index=FIRST_NEAR + i, **more)


def veth_pairs(way, count):
    way = way()

    def work():
        for i in range(count):
            add_pair(way.api, i)
            way.sent()
        way.finish()

    _, ns = measure(work)
    with IPRoute() as host:
        expect('links', len(host.get_links()), 1 + 2 * count)
    return {'ns': ns}


def veth_pairs_up(way, count):
    way = way()

    def work():
        for i in range(count):
            add_pair(way.api, i, state='up')
            way.sent()
        for i in range(count):
            finish_pair(way.api, i)
            way.sent()
        way.finish()

    _, ns = measure(work)
    expect_up(2 * count)
    return {'ns': ns}


def finish_pair(api, i):
    """Once all pairs are there: what the kernel does later for one that is up would hold up the making of the others."""
    for end, index in ((1, FIRST_NEAR + i), (2, FIRST_FAR + i)):
        api.addr('add', index=index, address=address_at('10.0.0.0', 4 * i + end), prefixlen=30)
    api.link('set', index=FIRST_FAR + i, state='up')


def expect_up(wanted):
    with IPRoute() as host:
        up = [link for link in host.get_links() if link['index'] >= FIRST_NEAR and link['flags'] & 1]
        expect('links that are up', len(up), wanted)
        addresses = [address for address in host.get_addr(family=AF_INET) if address['prefixlen'] == 30]
        expect('addresses', len(addresses), wanted)


def add_device():
    """The link that routes and neighbors are added to: a veth, and up at both ends."""
    with IPRoute() as host:
        add_veth(host, 'd1', DEVICE + 1, ifname='d0', index=DEVICE, state='up')
        host.link('set', index=DEVICE + 1, state='up')
