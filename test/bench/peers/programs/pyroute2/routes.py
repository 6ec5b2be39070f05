from socket import AF_INET

from links import DEVICE, add_device
from measure import expect, measure
from pyroute2 import IPRoute
from values import address_at

RT_TABLE_MAIN = 254
RT_SCOPE_LINK = 253


def route_add(way, count):
    add_device()
    way = way()

    def work():
        for i in range(count):
            way.api.route('add', dst=address_at('11.0.0.0', i), dst_len=32, oif=DEVICE, scope=RT_SCOPE_LINK)
            way.sent()
        way.finish()

    _, ns = measure(work)
    with IPRoute() as host:
        expect('routes', len(main_routes(host)), count)
    return {'ns': ns}


def main_routes(host):
    """The kernel lists those of all tables. Reading a header's field spares the library to read the attributes."""
    return [route for route in host.get_routes(family=AF_INET) if route['table'] == RT_TABLE_MAIN]
