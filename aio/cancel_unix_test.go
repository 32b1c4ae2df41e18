//go:build unix

package aio_test

import (
	"bytes"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/poll"
)

// TestGivingUpSend: a datagram that waits for room and is given up is not sent.
func TestGivingUpSend(t *testing.T) {
	t.Parallel()
	l := loop(t)
	dir := t.TempDir()
	to := packets(t, l, "unixgram", filepath.Join(dir, "to"))
	from := packets(t, l, "unixgram", filepath.Join(dir, "from"))
	one, other, err := l.UnixPacketPair()
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	defer other.Close()
	for name, c := range map[string]struct {
		send func(b []byte) future.Future[error]
		at   *aio.PacketConn
	}{
		"Send":   {func(b []byte) future.Future[error] { return one.Send(b, netip.AddrPort{}) }, other},
		"SendTo": {func(b []byte) future.Future[error] { return from.SendTo(b, to.LocalAddr()) }, to},
	} {
		t.Run(name, func(t *testing.T) {
			sent := 0
			for ; ; sent++ {
				f := c.send([]byte{byte(sent)})
				err, ready := f.Poll(future.NewContext(future.WakerFunc(func() {})))
				if !ready {
					future.Cancel(f)
					break
				}
				if err != nil && errors.Is(err, syscall.ENOBUFS) && runtime.GOOS != "linux" {
					t.Skip("this kernel refuses a datagram that there is no room for: there is nothing to wait for")
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			buf := make([]byte, 10)
			for i := range sent {
				if d := must(t, l, c.at.Receive(buf)); d.N != 1 || buf[0] != byte(i) {
					t.Fatalf("datagram %d is %v", i, buf[:d.N])
				}
			}
			if err := wait(t, l, c.send([]byte("next"))); err != nil {
				t.Fatal(err)
			}
			if d := must(t, l, c.at.Receive(buf)); string(buf[:d.N]) != "next" {
				t.Errorf("%q", buf[:d.N])
			}
		})
	}
}

// TestGivingUpSignals: a signal that comes while nobody polls is for the next poll.
func TestGivingUpSignals(t *testing.T) {
	t.Parallel()
	l := loop(t)
	s, err := aio.NewSignals(syscall.SIGCONT)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	for range 20 {
		if sig, _, ready := s.PollNext(future.NewContext(future.WakerFunc(func() {}))); ready {
			t.Fatal(sig)
		}
		s.Cancel()
		if err := syscall.Kill(os.Getpid(), syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		if sig, ok := next(l, s); !ok || sig != syscall.SIGCONT {
			t.Fatal(sig, ok)
		}
	}
}

// TestGivingUpWith: a function that was not done yet is not done after that, and what it waited for is
// there for the next one.
func TestGivingUpWith(t *testing.T) {
	t.Parallel()
	l := loop(t)
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		defer syscall.Close(fd)
		if err := syscall.SetNonblock(fd, true); err != nil {
			t.Fatal(err)
		}
	}
	a, err := aio.NewAsync(l, fds[0], poll.FD(uintptr(fds[0])))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	buf := make([]byte, 10)
	read := func(fd int) (int, error) { return syscall.Read(fd, buf) }
	calls := 0
	for name, f := range map[string]interface{ Cancel() }{
		"ReadWith": begun(t, aio.ReadWith(a, func(fd int) (int, error) { calls++; return read(fd) })),
		"Readable": begun(t, a.Readable()),
	} {
		f.Cancel()
		was := calls
		if _, err := syscall.Write(fds[1], []byte(name)); err != nil {
			t.Fatal(err)
		}
		wait(t, l, l.After(0))
		if calls != was {
			t.Errorf("%s: called %d times more", name, calls-was)
		}
		if err := wait(t, l, a.Readable()); err != nil {
			t.Error(err)
		}
		if n := must(t, l, aio.ReadWith(a, read)); string(buf[:n]) != name {
			t.Errorf("%s: %q", name, buf[:n])
		}
	}

	block, total := bytes.Repeat([]byte{'x'}, 10_000), 0
	write := func(fd int) (int, error) { return syscall.Write(fd, block) }
	for {
		f := aio.WriteWith(a, write)
		r, ready := f.Poll(future.NewContext(future.WakerFunc(func() {})))
		if !ready {
			future.Cancel(f)
			break
		}
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		total += r.Value
	}
	begun(t, a.Writable()).Cancel()
	drain := make([]byte, total)
	got := 0
	for got < total {
		n, err := syscall.Read(fds[1], drain[got:])
		if err != nil {
			t.Fatal(err)
		}
		got += n
	}
	wait(t, l, l.After(0))
	if n, err := syscall.Read(fds[1], drain); !aio.WouldBlock(err) {
		t.Errorf("%d bytes more, %v", n, err)
	}
	if err := wait(t, l, a.Writable()); err != nil {
		t.Error(err)
	}
	must(t, l, aio.WriteWith(a, write))
}
