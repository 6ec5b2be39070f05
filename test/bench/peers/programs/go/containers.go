package main

import (
	"fmt"
	"net"
	"runtime"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// A container is kept alive by a descriptor of its namespace and by the socket in it.
type container struct {
	namespace netns.NsHandle
	handle    *netlink.Handle
}

func containers(host *netlink.Handle, count int) (result, error) {
	if err := addBridge(host); err != nil {
		return nil, err
	}
	var running []container
	setup, err := measure(func() (err error) {
		running, err = setUpAll(host, count)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := expectContainers(host, running); err != nil {
		return nil, err
	}
	teardown, err := measure(func() error { return tearDown(host, running) })
	return result{"setup_ns": setup, "teardown_ns": teardown}, err
}

func cold(host *netlink.Handle, count int) (result, error) {
	if err := addBridge(host); err != nil {
		return nil, err
	}
	_, err := setUpAll(host, count)
	return result{}, err
}

func addBridge(host *netlink.Handle) error {
	return host.LinkAdd(&netlink.Bridge{LinkAttrs: upOf(attributes("br0", bridgeIndex))})
}

// setUpAll holds on to one thread, which enters each namespace as it makes it, and goes back at the end.
func setUpAll(host *netlink.Handle, count int) (running []container, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := netns.Get()
	if err != nil {
		return nil, err
	}
	defer home.Close()
	err = forEach(count, func(i int) error {
		container, err := setUp(host, i)
		running = append(running, container)
		return err
	})
	if err != nil {
		return nil, err
	}
	return running, netns.Set(home)
}

func setUp(host *netlink.Handle, i int) (made container, err error) {
	if made.namespace, err = netns.New(); err != nil {
		return made, err
	}
	if made.handle, err = newHandle(); err != nil {
		return made, err
	}
	if err := host.LinkAdd(vethInto(made.namespace, i)); err != nil {
		return made, err
	}
	return made, configureInside(made.handle, i)
}

// vethInto has the far end made where it belongs. The library puts the near one into the bridge with a request more.
func vethInto(namespace netns.NsHandle, i int) *netlink.Veth {
	near := upOf(attributes(fmt.Sprintf("h%d", i), firstHostIndex+i))
	near.MasterIndex = bridgeIndex
	near.NumTxQueues, near.NumRxQueues = 1, 1
	return &netlink.Veth{LinkAttrs: near, PeerName: "eth0", PeerNamespace: netlink.NsFd(namespace)}
}

func configureInside(handle *netlink.Handle, i int) error {
	loopback := &netlink.Device{LinkAttrs: attributes("lo", loopbackIndex)}
	if err := handle.LinkSetUp(loopback); err != nil {
		return err
	}
	eth0 := named("eth0")
	address := &net.IPNet{IP: addressAt(net.IPv4(10, 88, 0, 2), i), Mask: net.CIDRMask(16, 32)}
	if err := handle.AddrAdd(eth0, &netlink.Addr{IPNet: address}); err != nil {
		return err
	}
	if err := handle.LinkSetUp(eth0); err != nil {
		return err
	}
	return handle.RouteAdd(&netlink.Route{Gw: net.IPv4(10, 88, 0, 1)})
}

// tearDown closes the namespaces, with which the kernel takes the links away, on a thread of its own.
func tearDown(host *netlink.Handle, running []container) error {
	for _, container := range running {
		container.handle.Close()
		if err := container.namespace.Close(); err != nil {
			return err
		}
	}
	for {
		links, err := host.LinkList()
		if err != nil || len(links) == 2 {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

func expectContainers(host *netlink.Handle, running []container) error {
	if err := expectLinks(host, 2+len(running)); err != nil {
		return err
	}
	return forEach(len(running), func(i int) error {
		routes, err := running[i].handle.RouteList(nil, netlink.FAMILY_V4)
		if err != nil {
			return err
		}
		// The default one, and that of the address.
		return expect("routes", len(routes), 2)
	})
}
