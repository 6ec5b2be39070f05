package main

import (
	"net"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

func neighborAdd(host *netlink.Handle, count int) (result, error) {
	if _, err := addDevice(host); err != nil {
		return nil, err
	}
	ns, err := measure(func() error {
		return inParallel(count, func(handle *netlink.Handle, i int) error {
			return handle.NeighAdd(&netlink.Neigh{
				LinkIndex:    deviceIndex,
				State:        netlink.NUD_PERMANENT,
				IP:           addressAt(net.IPv4(12, 0, 0, 0), i),
				HardwareAddr: hardwareAddressAt(i),
			})
		})
	})
	if err != nil {
		return nil, err
	}
	return result{"ns": ns}, expectNeighbors(host, netlink.FAMILY_V4, count)
}

func fdbAdd(host *netlink.Handle, count int) (result, error) {
	if err := addVxlan(host); err != nil {
		return nil, err
	}
	ns, err := measure(func() error {
		return inParallel(count, func(handle *netlink.Handle, i int) error {
			return handle.NeighAdd(&netlink.Neigh{
				LinkIndex:    deviceIndex,
				Family:       unix.AF_BRIDGE,
				Flags:        netlink.NTF_SELF,
				State:        netlink.NUD_PERMANENT,
				IP:           net.IPv4(10, 0, 0, byte(i%250+1)),
				HardwareAddr: hardwareAddressAt(i),
			})
		})
	})
	if err != nil {
		return nil, err
	}
	return result{"ns": ns}, expectNeighbors(host, unix.AF_BRIDGE, count)
}

func addVxlan(host *netlink.Handle) error {
	return host.LinkAdd(&netlink.Vxlan{LinkAttrs: attributes("x0", deviceIndex), VxlanId: 1, Port: 4789})
}

func expectNeighbors(host *netlink.Handle, family, wanted int) error {
	neighbors, err := host.NeighList(deviceIndex, family)
	if err != nil {
		return err
	}
	added := 0
	for _, neighbor := range neighbors {
		if neighbor.State&netlink.NUD_PERMANENT != 0 {
			added++
		}
	}
	return expect("neighbors", added, wanted)
}
