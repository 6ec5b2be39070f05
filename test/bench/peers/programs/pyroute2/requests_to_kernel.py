"""The two ways in which pyroute2 makes requests. Both have the methods of its RTNL API as `api`."""

from pyroute2 import IPBatch, IPRoute

# Some hundred requests. With a thousand, the kernel takes four times as long for FDB entries.
LARGEST_DATAGRAM = 8 * 1024


class OneByOne:
    """Each request waits for its answer."""

    def __init__(self):
        self.api = IPRoute()

    def sent(self):
        """To be called after each request."""

    def finish(self):
        """To be called after the last one."""


class Batches:
    """Requests are packed until a datagram is full. Nothing says which of them failed: the work is checked at the end."""

    def __init__(self):
        self.api = IPBatch()
        self.socket = IPRoute()

    def sent(self):
        if len(self.api.batch) > LARGEST_DATAGRAM:
            self.finish()

    def finish(self):
        self.socket.sendto(self.api.batch, (0, 0))
        self.api.reset()
