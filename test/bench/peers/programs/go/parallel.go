package main

import "github.com/vishvananda/netlink"

// workers has one goroutine pack the next request while the kernel works on that of another. A handle has one request
// under way at a time, so that each needs one of its own.
const workers = 2

// inParallel shares the numbers from 0 up to count out among workers.
func inParallel(count int, step func(handle *netlink.Handle, i int) error) error {
	failures := make(chan error, workers)
	for worker := 0; worker < workers; worker++ {
		go func(worker int) { failures <- workOn(worker, count, step) }(worker)
	}
	var failure error
	for worker := 0; worker < workers; worker++ {
		if err := <-failures; err != nil {
			failure = err
		}
	}
	return failure
}

func workOn(worker, count int, step func(handle *netlink.Handle, i int) error) error {
	handle, err := newHandle()
	if err != nil {
		return err
	}
	defer handle.Close()
	for i := worker; i < count; i += workers {
		if err := step(handle, i); err != nil {
			return err
		}
	}
	return nil
}
