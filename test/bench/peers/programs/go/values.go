package main

import (
	"encoding/binary"
	"net"
)

// addressAt is the address so many after a first one.
func addressAt(first net.IP, offset int) net.IP {
	address := make(net.IP, net.IPv4len)
	binary.BigEndian.PutUint32(address, binary.BigEndian.Uint32(first.To4())+uint32(offset))
	return address
}

// hardwareAddressAt counts from 02:00:00:00:00:00.
func hardwareAddressAt(offset int) net.HardwareAddr {
	return net.HardwareAddr{2, 0, byte(offset >> 24), byte(offset >> 16), byte(offset >> 8), byte(offset)}
}
