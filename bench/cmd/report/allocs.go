//go:build linux || windows

package main

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/poll"
)

// allocs shows that the calls of a steady state allocate nothing.
func allocs(r *report.Report, runs int) {
	r.Section("Allocations per call in the steady state",
		fmt.Sprintf("testing.AllocsPerRun over %d calls, of a TCP connection as a raw descriptor and as a Conn.", runs))
	near, far, err := tcpPair()
	if err != nil {
		r.Fail("a TCP connection", err)
		return
	}
	defer near.Close()
	defer far.Close()
	conn, err := poll.Conn(near)
	if err != nil {
		r.Fail("poll.Conn", err)
		return
	}
	if _, err := far.Write([]byte{1}); err != nil {
		r.Fail("a ready connection", err)
		return
	}
	for _, s := range []struct {
		name string
		src  poll.Source
	}{{"FD", poll.FD(conn.Handle())}, {"Conn", conn}} {
		if err := allocsOf(r, runs, s.name, s.src); err != nil {
			r.Fail(s.name, err)
		}
	}
}

func allocsOf(r *report.Report, runs int, name string, src poll.Source) error {
	p, err := poll.New()
	if err != nil {
		return err
	}
	defer p.Close()
	events := make([]poll.Event, 16)
	var failed error
	measure := func(what string, do func() error) {
		n := testing.AllocsPerRun(runs, func() {
			if err := do(); err != nil && failed == nil {
				failed = fmt.Errorf("%s: %w", what, err)
			}
		})
		r.AtMost(name+": "+what, fmt.Sprint(n), n, 0, "")
	}
	wait := func(timeout time.Duration, want int) error {
		n, err := p.Wait(events, timeout)
		if err == nil && n != want {
			err = fmt.Errorf("%d events, want %d", n, want)
		}
		return err
	}
	measure("Add and Delete", func() error {
		return errors.Join(p.Add(src, 1, poll.Readable, poll.Oneshot), p.Delete(src))
	})
	if err := p.Add(src, 1, poll.Readable, poll.Level); err != nil {
		return err
	}
	measure("Wait, level", func() error { return wait(-1, 1) })
	measure("Modify", func() error { return p.Modify(src, 1, poll.Readable, poll.Level) })
	measure("Modify and Wait, oneshot", func() error {
		return errors.Join(p.Modify(src, 1, poll.Readable, poll.Oneshot), wait(-1, 1))
	})
	// It has reported and is not armed: nothing is ready from here on.
	measure("Wait, nothing there", func() error { return wait(0, 0) })
	measure("Wait, timeout", func() error { return wait(50*time.Microsecond, 0) })
	measure("Notify and Wait", func() error { return errors.Join(p.Notify(), wait(-1, 0)) })
	return failed
}

func tcpPair() (near, far *net.TCPConn, err error) {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if far, err = net.DialTCP("tcp", nil, l.Addr().(*net.TCPAddr)); err != nil {
		return nil, nil, err
	}
	if near, err = l.AcceptTCP(); err != nil {
		far.Close()
	}
	return near, far, err
}
