// Go's netlink library (github.com/vishvananda/netlink) in the benchmark of peers: `go WORKLOAD COUNT`, in a network
// namespace of its own, prints one line of JSON. The workloads are those of ../../workloads.mjs.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// result is what a workload measured; its names are the line's.
type result map[string]any

var workloads = map[string]func(host *netlink.Handle, count int) (result, error){
	"veth-pairs":    vethPairs,
	"veth-pairs-up": vethPairsUp,
	"containers":    containers,
	"route-add":     routeAdd,
	"route-list":    routeList,
	"link-list":     linkList,
	"neighbor-add":  neighborAdd,
	"fdb-add":       fdbAdd,
	"route-events":  routeEvents,
	"cold":          cold,
}

func main() {
	line, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "go:", err)
		os.Exit(1)
	}
	fmt.Println(line)
}

func run(arguments []string) (string, error) {
	if len(arguments) != 2 {
		return "", fmt.Errorf("usage: go WORKLOAD COUNT")
	}
	workload, found := workloads[arguments[0]]
	if !found {
		return "", fmt.Errorf("unknown workload %q", arguments[0])
	}
	count, err := strconv.Atoi(arguments[1])
	if err != nil {
		return "", err
	}
	host, err := newHandle()
	if err != nil {
		return "", err
	}
	defer host.Close()
	measured, err := workload(host, count)
	if err != nil {
		return "", fmt.Errorf("%s: %w", arguments[0], err)
	}
	line, err := json.Marshal(measured)
	return string(line), err
}

// newHandle opens one socket for all requests in the thread's namespace, which the package's own functions do for each
// request anew. Without a family, it would open one for each that the library knows.
func newHandle() (*netlink.Handle, error) {
	return netlink.NewHandle(unix.NETLINK_ROUTE)
}

// measure is the time that a piece of work takes, in ns.
func measure(work func() error) (int64, error) {
	start := time.Now()
	err := work()
	return time.Since(start).Nanoseconds(), err
}

// forEach calls what has no result for 0 up to count, until one fails.
func forEach(count int, step func(i int) error) error {
	for i := 0; i < count; i++ {
		if err := step(i); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

// expect is the check behind the clock that the work was done.
func expect(what string, found, wanted int) error {
	if found != wanted {
		return fmt.Errorf("%d %s where there should be %d", found, what, wanted)
	}
	return nil
}
