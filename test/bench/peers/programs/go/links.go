package main

import (
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
)

// Indexes are chosen here: the library asks the kernel for the index of each link that was added without.
const (
	loopbackIndex  = 1
	deviceIndex    = 10
	bridgeIndex    = 11
	firstHostIndex = 100000
)

// attributes are those of a new link, where 0 means other than in a LinkAttrs that is not made by the library.
func attributes(name string, index int) netlink.LinkAttrs {
	attributes := netlink.NewLinkAttrs()
	attributes.Name, attributes.Index = name, index
	return attributes
}

func upOf(attributes netlink.LinkAttrs) netlink.LinkAttrs {
	attributes.Flags = net.FlagUp
	return attributes
}

// named is a link of which the library looks up the index when it first needs it.
func named(name string) netlink.Link {
	return &netlink.Device{LinkAttrs: netlink.LinkAttrs{Name: name}}
}

func vethPairs(host *netlink.Handle, count int) (result, error) {
	ns, err := measure(func() error {
		return forEach(count, func(i int) error {
			return host.LinkAdd(&netlink.Veth{
				LinkAttrs: attributes(fmt.Sprintf("va%d", i), firstHostIndex+i),
				PeerName:  fmt.Sprintf("vb%d", i),
			})
		})
	})
	if err != nil {
		return nil, err
	}
	return result{"ns": ns}, expectLinks(host, 1+2*count)
}

func vethPairsUp(host *netlink.Handle, count int) (result, error) {
	ns, err := measure(func() error {
		if err := forEach(count, func(i int) error { return host.LinkAdd(upPair(i)) }); err != nil {
			return err
		}
		return forEach(count, func(i int) error { return finishPair(host, i) })
	})
	if err != nil {
		return nil, err
	}
	return result{"ns": ns}, expectUp(host, 2*count)
}

// upPair has the near end come up when it is made; the kernel refuses that of the far one.
func upPair(i int) *netlink.Veth {
	return &netlink.Veth{
		LinkAttrs: upOf(attributes(fmt.Sprintf("va%d", i), firstHostIndex+i)),
		PeerName:  fmt.Sprintf("vb%d", i),
	}
}

// finishPair comes once all pairs are there: what the kernel does later for one that is up would hold up the making of
// the others.
func finishPair(host *netlink.Handle, i int) error {
	near := upPair(i)
	far := named(near.PeerName)
	if err := addAddress(host, near, i, 1); err != nil {
		return err
	}
	if err := addAddress(host, far, i, 2); err != nil {
		return err
	}
	return host.LinkSetUp(far)
}

func addAddress(host *netlink.Handle, link netlink.Link, pair, end int) error {
	address := &net.IPNet{IP: addressAt(net.IPv4(10, 0, 0, 0), 4*pair+end), Mask: net.CIDRMask(30, 32)}
	return host.AddrAdd(link, &netlink.Addr{IPNet: address})
}

// addDevice makes the link that routes and neighbors are added to: a veth, and up at both ends.
func addDevice(host *netlink.Handle) (netlink.Link, error) {
	device := &netlink.Veth{LinkAttrs: upOf(attributes("d0", deviceIndex)), PeerName: "d1"}
	if err := host.LinkAdd(device); err != nil {
		return nil, err
	}
	return device, host.LinkSetUp(named(device.PeerName))
}

func expectLinks(host *netlink.Handle, wanted int) error {
	links, err := host.LinkList()
	if err != nil {
		return err
	}
	return expect("links", len(links), wanted)
}

func expectUp(host *netlink.Handle, wanted int) error {
	links, err := host.LinkList()
	if err != nil {
		return err
	}
	up := 0
	for _, link := range links {
		if link.Type() == "veth" && link.Attrs().Flags&net.FlagUp != 0 {
			up++
		}
	}
	if err := expect("links that are up", up, wanted); err != nil {
		return err
	}
	addresses, err := host.AddrList(nil, netlink.FAMILY_V4)
	if err != nil {
		return err
	}
	// lo has one of its own.
	return expect("addresses", len(addresses), wanted+1)
}
