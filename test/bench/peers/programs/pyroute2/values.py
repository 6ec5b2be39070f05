import ipaddress


def address_at(first, offset):
    """The address so many after a first one."""
    return str(ipaddress.IPv4Address(first) + offset)


def hardware_address_at(offset):
    """Counts from 02:00:00:00:00:00."""
    return '02:00:' + offset.to_bytes(4, 'big').hex(':')
