import gc
import resource
import time


def measure(work):
    """What work returns, and the ns that it took."""
    start = time.monotonic_ns()
    done = work()
    return done, time.monotonic_ns() - start


def resident_bytes():
    """What the process holds in memory once what nobody refers to is collected."""
    gc.collect()
    with open('/proc/self/statm') as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def expect(what, found, wanted):
    """The check behind the clock that the work was done."""
    if found != wanted:
        raise AssertionError(f'{found} {what} where there should be {wanted}')
