//go:build unix

package poll

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// kind makes two ends of something that is no stream socket: what is written to far
// can be read from near. What it returns for near, it may return for far.
type kind struct {
	name string
	open func(t *testing.T) (near, far int, err error)
}

var kinds = append([]kind{
	{"pipe", func(*testing.T) (int, int, error) {
		var fds [2]int
		err := syscall.Pipe(fds[:])
		return fds[0], fds[1], err
	}},
	{"fifo", func(t *testing.T) (int, int, error) {
		path := filepath.Join(t.TempDir(), "fifo")
		if err := mkfifo(path); err != nil {
			return -1, -1, err
		}
		near, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return -1, -1, err
		}
		far, err := syscall.Open(path, syscall.O_WRONLY|syscall.O_NONBLOCK, 0)
		return near, far, err
	}},
	{"datagram", socketPair(syscall.SOCK_DGRAM)},
	{"seqpacket", socketPair(syscall.SOCK_SEQPACKET)},
}, systemKinds...)

func socketPair(kind int) func(*testing.T) (int, int, error) {
	return func(*testing.T) (int, int, error) {
		fds, err := syscall.Socketpair(syscall.AF_UNIX, kind, 0)
		return fds[0], fds[1], err
	}
}

// TestKinds: pipes, FIFOs, terminals, counters and sockets that are no streams are
// waited for like sockets.
func TestKinds(t *testing.T) {
	for _, m := range testedMechanisms(t) {
		for _, k := range kinds {
			for _, mode := range []Mode{Oneshot, Level, Edge, EdgeOneshot} {
				t.Run(string(m)+"/"+k.name+"/"+mode.String(), func(t *testing.T) {
					p := openTested(t, m)
					defer p.Close()
					if !p.Features().Supports(mode) {
						t.Skipf("%s has no %v mode", m, mode)
					}
					testKind(t, p, k, mode)
				})
			}
		}
	}
}

func testKind(t *testing.T, p *Poller, k kind, mode Mode) {
	near, far, err := k.open(t)
	if missing := errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrNotExist); missing || err != nil && runtime.GOOS != "linux" {
		t.Skipf("there is none here: %v", err) // Linux has them all, if it is given a /dev
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range []int{near, far} {
		if err := syscall.SetNonblock(fd, true); err != nil {
			t.Fatal(err)
		}
	}
	defer syscall.Close(near)
	if far != near {
		defer syscall.Close(far)
	}
	src := FD(uintptr(near))
	if err := p.Add(src, 1, Readable, mode); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 64)
	for round := range 3 {
		none(t, p, "nothing was written")
		if _, err := syscall.Write(far, []byte("12345678")); err != nil {
			t.Fatal(err)
		}
		one(t, p, 1)
		if mode == Level {
			one(t, p, 1)
		}
		for n, deadline := 0, time.Now().Add(extraPatience); n < 8; {
			got, err := syscall.Read(near, buf)
			if err == syscall.EAGAIN && time.Now().Before(deadline) {
				time.Sleep(time.Millisecond) // a terminal hands on what it has so far
				continue
			}
			if err != nil {
				t.Fatalf("round %d: read %d bytes, then %v", round, n, err)
			}
			n += got
		}
		if err := p.Modify(src, 1, Readable, mode); err != nil {
			t.Fatal(err)
		}
	}
	if far != near {
		other := FD(uintptr(far))
		if err := p.Add(other, 2, Writable, mode); err != nil {
			t.Fatal(err)
		}
		events := make([]Event, 4)
		if n, err := p.Wait(events, extraPatience); n != 1 || err != nil || events[0].Key != 2 || !events[0].Ready.Has(Writable) {
			t.Fatalf("the end to write to: %v, %v", events[:n], err)
		}
		if err := p.Delete(other); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Delete(src); err != nil {
		t.Fatal(err)
	}
}

// TestFilesAreRefused, and the error says why and what to do.
func TestFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	if err := os.WriteFile(name, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			defer p.Close()
			for _, path := range []string{name, dir} {
				f, err := os.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				src, err := Conn(f)
				if err == nil {
					err = p.Add(src, 1, Readable, Oneshot)
				}
				if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "goroutine") {
					t.Errorf("%s: %v", path, err)
				}
				f.Close()
			}
		})
	}
}
