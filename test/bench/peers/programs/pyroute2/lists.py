"""Messages are what the library returns for routes and links. It reads an attribute when it is first asked for."""

from statistics import median

from measure import measure, resident_bytes
from pyroute2 import IPRoute
from routes import main_routes

# How many lists are made after the first one; not five: each may take ten seconds.
FURTHER = 3


def route_list(count):
    with IPRoute() as host:
        return measure_lists(count, lambda: main_routes(host))


def link_list(count):
    with IPRoute() as host:
        return measure_lists(count, host.get_links)


def measure_lists(count, make):
    kept, first = measure(make)
    before = resident_bytes()
    beside = make()
    grown = resident_bytes() - before
    del beside
    times = []
    for _ in range(FURTHER):
        kept, ns = measure(make)
        times.append(ns)
    if len(kept) < count:
        raise AssertionError(f'{len(kept)} in the list where there should be {count}')
    return {'first_ns': first, 'ns': median(times), 'grown_bytes': grown}
