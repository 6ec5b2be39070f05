package main

import (
	"net"

	"github.com/vishvananda/netlink"
)

func routeAdd(host *netlink.Handle, count int) (result, error) {
	device, err := addDevice(host)
	if err != nil {
		return nil, err
	}
	ns, err := measure(func() error {
		return inParallel(count, func(handle *netlink.Handle, i int) error {
			return handle.RouteAdd(&netlink.Route{
				LinkIndex: deviceIndex,
				Scope:     netlink.SCOPE_LINK,
				Dst:       &net.IPNet{IP: addressAt(net.IPv4(11, 0, 0, 0), i), Mask: net.CIDRMask(32, 32)},
			})
		})
	})
	if err != nil {
		return nil, err
	}
	routes, err := host.RouteList(device, netlink.FAMILY_V4)
	if err != nil {
		return nil, err
	}
	return result{"ns": ns}, expect("routes", len(routes), count)
}
