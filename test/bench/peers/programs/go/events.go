package main

import (
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// quiet is for how long nothing may come after the writer has ended.
const quiet = 500 * time.Millisecond

type listening struct {
	updates  chan netlink.RouteUpdate
	failures chan error
}

// listen subscribes. This version of the library cannot make the socket's receive buffer larger; it closes the channel
// once the kernel had to drop an event.
func listen(count int) (*listening, error) {
	listening := &listening{make(chan netlink.RouteUpdate, count), make(chan error, 1)}
	options := netlink.RouteSubscribeOptions{ErrorCallback: func(err error) {
		select {
		case listening.failures <- err:
		default:
		}
	}}
	return listening, netlink.RouteSubscribeWithOptions(listening.updates, nil, options)
}

func routeEvents(_ *netlink.Handle, count int) (result, error) {
	listening, err := listen(count)
	if err != nil {
		return nil, err
	}
	line := strings.Fields(os.Getenv("WRITER"))
	writer := exec.Command(line[0], line[1:]...)
	writer.Stderr = os.Stderr
	start := time.Now()
	if err := writer.Start(); err != nil {
		return nil, err
	}
	exited := make(chan error, 1)
	go func() { exited <- writer.Wait() }()
	delivered, last, ended, err := listening.until(count, start, exited)
	return result{"delivered": delivered, "ns": last.Sub(start).Nanoseconds(), "ended": ended}, err
}

func (listening *listening) until(
	count int, start time.Time, exited chan error,
) (delivered int, last time.Time, ended string, err error) {
	last = start
	// Fires only once it was set, at the writer's end.
	silence := time.NewTimer(time.Hour)
	for delivered < count {
		select {
		case update, open := <-listening.updates:
			if !open {
				return delivered, last, "broken: " + (<-listening.failures).Error(), nil
			}
			if isNewRoute(update) {
				delivered++
				last = time.Now()
			}
		case err := <-exited:
			if err != nil {
				return delivered, last, "", err
			}
			silence.Reset(quiet)
			exited = nil
		case <-silence.C:
			if time.Since(last) >= quiet {
				return delivered, last, "quiet", nil
			}
			silence.Reset(quiet - time.Since(last))
		}
	}
	return delivered, last, "complete", nil
}

// isNewRoute leaves out the routes of links and addresses that the writer may need.
func isNewRoute(update netlink.RouteUpdate) bool {
	return update.Type == unix.RTM_NEWROUTE && update.Table == unix.RT_TABLE_MAIN
}
