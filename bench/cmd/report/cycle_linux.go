package main

import (
	"errors"
	"fmt"
	"net"
	"sync/atomic"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/bench/internal/pair"
	"github.com/goetia-go/goetia/bench/internal/report"
)

// cycle compares what n messages at once cost in all: each is written, noticed, read, and waited
// for again. Here the callback has no advantage, since it reads within the time.
func cycle(r *report.Report, n int) error {
	re, err := goetia.New(goetia.WithBackground())
	if err != nil {
		return err
	}
	defer re.Close()
	var ours, theirs readers
	// Before re.Close, which would call the callbacks once more.
	defer ours.close()
	defer theirs.close()
	if err := errors.Join(ours.open(n, func(c *net.TCPConn, read func() bool) error {
		var w *goetia.Watch
		var err error
		w, err = re.NewWatch(c, goetia.Readable, func(goetia.Readiness) {
			if read() {
				_ = w.Rearm() // if the connection was closed meanwhile, nobody waits for it
			}
		})
		return errors.Join(err, w.Rearm())
	}), theirs.open(n, func(_ *net.TCPConn, read func() bool) error {
		go func() {
			for read() {
			}
		}()
		return nil
	})); err != nil {
		return err
	}
	results, err := pair.Run(pair.DefaultPlan,
		pair.Rival{Name: "callbacks", Turn: ours.turn}, pair.Rival{Name: "goroutines", Turn: theirs.turn})
	if err != nil {
		return err
	}
	r.Info(fmt.Sprintf("%d ready, whole cycle, processor time", n),
		fmt.Sprintf("%5.0f ns each, Read %5.0f ns: %v", results[0].Median(), results[1].Median(), results[0].Over(results[1])))
	return nil
}

// readers read n connections, a byte at a time.
type readers struct {
	near, far []*net.TCPConn
	left      atomic.Int64
	done      chan struct{}
}

// open has each connection read by whoever wait starts, who is told to end by read.
func (s *readers) open(n int, wait func(c *net.TCPConn, read func() bool) error) error {
	s.done = make(chan struct{}, 1)
	for range n {
		near, far, err := tcpPair()
		if err != nil {
			return err
		}
		s.near, s.far = append(s.near, near), append(s.far, far)
		buf := make([]byte, 1)
		if err := wait(near, func() bool {
			if _, err := near.Read(buf); err != nil {
				return false
			}
			if s.left.Add(-1) == 0 {
				s.done <- struct{}{}
			}
			return true
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s *readers) turn() (int, error) {
	s.left.Store(int64(len(s.far)))
	message := []byte{1}
	for _, c := range s.far {
		if _, err := c.Write(message); err != nil {
			return 0, err
		}
	}
	<-s.done
	return len(s.far), nil
}

func (s *readers) close() {
	for i := range s.near {
		s.near[i].Close()
		s.far[i].Close()
	}
}
