package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sort"

	"github.com/vishvananda/netlink"
)

// further is how many lists are made after the first one.
const further = 5

func routeList(host *netlink.Handle, count int) (result, error) {
	return measureLists(count, func() ([]netlink.Route, error) { return host.RouteList(nil, netlink.FAMILY_V4) })
}

func linkList(host *netlink.Handle, count int) (result, error) {
	return measureLists(count, host.LinkList)
}

// measureLists makes a list for the first time, says what another one beside it holds in memory, and takes the median of further ones.
func measureLists[T any](count int, list func() ([]T, error)) (result, error) {
	kept, first, err := measureList(list)
	if err != nil {
		return nil, err
	}
	before := residentBytes()
	beside, err := list()
	if err != nil {
		return nil, err
	}
	grown := residentBytes() - before
	runtime.KeepAlive(kept)
	runtime.KeepAlive(beside)
	var times []int64
	for i := 0; i < further; i++ {
		var ns int64
		if kept, ns, err = measureList(list); err != nil {
			return nil, err
		}
		times = append(times, ns)
	}
	if len(kept) < count {
		return nil, fmt.Errorf("%d in the list where there should be %d", len(kept), count)
	}
	sort.Slice(times, func(a, b int) bool { return times[a] < times[b] })
	return result{"first_ns": first, "ns": times[further/2], "grown_bytes": grown}, nil
}

func measureList[T any](list func() ([]T, error)) (kept []T, ns int64, err error) {
	ns, err = measure(func() (err error) {
		kept, err = list()
		return err
	})
	return kept, ns, err
}

// residentBytes is what the process holds in memory once what nobody refers to has gone back to the system.
func residentBytes() int64 {
	debug.FreeOSMemory()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	var size, resident int64
	if _, err := fmt.Fscan(bytes.NewReader(statm), &size, &resident); err != nil {
		panic(err)
	}
	return resident * int64(os.Getpagesize())
}
