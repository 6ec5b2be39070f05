import os
import select
import subprocess
import time
from socket import SOL_SOCKET

from pyroute2 import IPRoute
from pyroute2.netlink.rtnl import RTMGRP_IPV4_ROUTE
from routes import RT_TABLE_MAIN

SO_RCVBUFFORCE = 33
ROOM = 64 * 1024 * 1024
QUIET_MS = 500


def route_events(count):
    with IPRoute() as host:
        host.setsockopt(SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        host.bind(groups=RTMGRP_IPV4_ROUTE)
        start = time.monotonic_ns()
        writer = subprocess.Popen(os.environ['WRITER'].split())
        delivered, last, ended = hear(host, count, writer)
        return {'delivered': delivered, 'ns': (last or start) - start, 'ended': ended}


def hear(host, count, writer):
    delivered, last = 0, None
    poll = select.poll()
    poll.register(host, select.POLLIN)
    while delivered < count:
        if not poll.poll(QUIET_MS):
            if writer.poll() is None:
                continue
            return delivered, last, 'quiet'
        try:
            messages = host.get()
        except OSError as error:
            return delivered, last, f'broken: {error}'
        new = sum(1 for message in messages if message['event'] == 'RTM_NEWROUTE' and message['table'] == RT_TABLE_MAIN)
        if new > 0:
            delivered += new
            last = time.monotonic_ns()
    return delivered, last, 'complete'
