//go:build linux && kqueuemodel

package poll

import (
	"errors"
	"syscall"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/epoll"
	"github.com/goetia-go/goetia/internal/backend/kqueue"
	"github.com/goetia-go/goetia/internal/backend/kqueue/kqueuetest"
)

// tested are mechanisms that only tests have: with the build tag kqueuemodel, kqueue's over
// a model of kqueue(2) that watches this system's descriptors with epoll. So whatever stands upon a
// Poller can be tested on it where no kqueue is to be had.
var tested = []candidate{{name: Kqueue, open: openKqueueModel, explicit: true}}

func openKqueueModel() (backend.Backend, error) {
	edge, err := epoll.Open()
	if err != nil {
		return nil, err
	}
	level, err := epoll.Open()
	if err != nil {
		return nil, errors.Join(err, edge.Close())
	}
	return linuxlike{kqueue.New(kqueuetest.New(kqueuetest.World{
		Edge: edge, Level: level, File: openFile, WakeUdata: kqueue.WakeUdata,
	}), kqueue.Config{Receipts: true, Dispatch: true, Except: true, Wide: true})}, nil
}

// openFile is what a descriptor names, or nil.
func openFile(h uintptr) any {
	type identity struct{ dev, ino uint64 }
	var st syscall.Stat_t
	if syscall.Fstat(int(h), &st) != nil {
		return nil
	}
	return identity{uint64(st.Dev), st.Ino}
}
