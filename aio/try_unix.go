//go:build unix

package aio

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

// call is one system call on a descriptor, which is pinned meanwhile. Its function is bound
// once, so that a call allocates nothing.
type call struct {
	do   func(fd uintptr)
	what func(c *call, fd int) (int, error)
	b    []byte
	n    int
	err  error
	from syscall.Sockaddr
	to   syscall.Sockaddr
	to4  syscall.SockaddrInet4
	to6  syscall.SockaddrInet6
}

var calls = sync.Pool{New: func() any {
	c := new(call)
	c.do = c.run
	return c
}}

func (c *call) run(fd uintptr) {
	for {
		c.n, c.err = c.what(c, int(fd))
		if c.err != syscall.EINTR {
			return
		}
	}
}

// on does the call. The error is errAgain if it would have had to wait.
func (c *call) on(raw syscall.RawConn, name string) (int, error) {
	err := raw.Control(c.do)
	n, failed := c.n, c.err
	switch {
	case err != nil:
		return 0, net.ErrClosed // it is the only reason
	case failed == nil:
		return n, nil
	case failed == syscall.EAGAIN:
		return 0, errAgain
	}
	return 0, os.NewSyscallError(name, failed)
}

// release gives a call back.
func (c *call) release() {
	c.b, c.from, c.to, c.err = nil, nil, nil, nil
	calls.Put(c)
}

func doRead(c *call, fd int) (int, error)  { return syscall.Read(fd, c.b) }
func doWrite(c *call, fd int) (int, error) { return syscall.Write(fd, c.b) }

func doPeek(c *call, fd int) (n int, err error) {
	n, c.from, err = syscall.Recvfrom(fd, c.b, syscall.MSG_PEEK)
	return n, err
}

// answer is what a call on a bare socket has come to.
func answer(n int, err error, name string) (int, error) {
	switch err {
	case nil:
		return n, nil
	case syscall.EAGAIN:
		return 0, errAgain
	case net.ErrClosed:
		return 0, err
	}
	return 0, os.NewSyscallError(name, err)
}

// through is a call on what somebody else has made.
func (c *Conn) through(name string, what func(*call, int) (int, error), b []byte) (int, error) {
	k := calls.Get().(*call)
	defer k.release()
	k.what, k.b = what, b
	return k.on(c.on.raw, name)
}

// tryRead reads what is there. Of a stream, nothing is its end.
func (c *Conn) tryRead(b []byte, _ bool) (n int, err error) {
	if c.on == nil {
		n, err = c.sock.Read(b)
		n, err = answer(n, err, "read")
	} else {
		n, err = c.through("read", doRead, b)
	}
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	c.r.found(n < len(b))
	return n, err
}

// tryPeek is tryRead without taking anything.
func (c *Conn) tryPeek(b []byte, _ bool) (n int, err error) {
	if c.on == nil {
		n, err = c.sock.Peek(b)
		n, err = answer(n, err, "recvfrom")
	} else {
		n, err = c.through("recvfrom", doPeek, b)
	}
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, err
}

// tryWrite writes as much as there is room for.
func (c *Conn) tryWrite(b []byte) (n int, err error) {
	if c.on == nil {
		n, err = c.sock.Write(b)
		n, err = answer(n, err, "write")
	} else {
		n, err = c.through("write", doWrite, b)
	}
	c.w.found(n < len(b))
	return n, err
}

// maxWrite is how much one write offers to the kernel.
const maxWrite = 1 << 30
