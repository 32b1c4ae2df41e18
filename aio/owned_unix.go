//go:build unix

package aio

import (
	"runtime"
	"sync"
	"syscall"
)

// owned are the descriptors of a Loop's bare sockets, for the case that all is forgotten: a
// connection of package net is closed by the garbage collector then, and a number is not. A Conn
// refers to its Loop, so when a Loop is garbage its Conns are.
type owned struct {
	once sync.Once
	set  *descriptors
}

// descriptors are a set in one bit each.
type descriptors struct {
	mu   sync.Mutex
	bits []uint64
}

// own adds one.
func (l *Loop) own(fd int) {
	l.owned.once.Do(func() {
		l.owned.set = new(descriptors)
		runtime.AddCleanup(l, (*descriptors).closeAll, l.owned.set)
	})
	d := l.owned.set
	d.mu.Lock()
	defer d.mu.Unlock()
	for fd/64 >= len(d.bits) {
		d.bits = append(d.bits, 0)
	}
	d.bits[fd/64] |= 1 << (fd % 64)
}

// disown takes one out that is about to be closed. After that its number is another one's.
func (l *Loop) disown(fd int) {
	d := l.owned.set
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bits[fd/64] &^= 1 << (fd % 64)
}

func (d *descriptors) closeAll() {
	for i, word := range d.bits {
		for b := range 64 {
			if word&(1<<b) != 0 {
				_ = syscall.Close(i*64 + b) // nobody is there to be told
			}
		}
	}
}
