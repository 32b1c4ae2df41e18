package poll

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"sync/atomic"
	"syscall"
	"testing"
)

var createNamedPipe = kernel32.NewProc("CreateNamedPipeW")

const (
	pipeDuplex      = 0x3
	fileOverlapped  = 0x40000000
	pipeMessage     = 0x4 | 0x2 // type and read mode
	setMessageMode  = 0x2
	genericReadRite = 0xC0000000
)

var pipeNumber atomic.Int64

// pipeServer makes a server's end, and returns it with its name.
func pipeServer(t *testing.T, message bool, flags uintptr) (uintptr, *uint16) {
	t.Helper()
	name, err := syscall.UTF16PtrFromString(fmt.Sprintf(`\\.\pipe\goetia-%d-%d`, os.Getpid(), pipeNumber.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	var mode uintptr
	if message {
		mode = pipeMessage
	}
	h, _, err := createNamedPipe.Call(reflect.ValueOf(name).Pointer(), pipeDuplex|flags, mode, 1, 4096, 4096, 0, 0)
	if syscall.Handle(h) == syscall.InvalidHandle {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.CloseHandle(syscall.Handle(h)) })
	return h, name
}

// pipeClient opens the other end.
func pipeClient(t *testing.T, name *uint16, message bool) syscall.Handle {
	t.Helper()
	h, err := syscall.CreateFile(name, genericReadRite, 0, nil, syscall.OPEN_EXISTING, fileOverlapped, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.CloseHandle(h) })
	if message {
		mode := new(uint32)
		*mode = setMessageMode
		ok, _, err := kernel32.NewProc("SetNamedPipeHandleState").Call(uintptr(h), reflect.ValueOf(mode).Pointer(), 0, 0)
		if ok == 0 {
			t.Fatal(err)
		}
	}
	return h
}

// eachPipe runs a case on every mechanism, in byte and in message mode.
func eachPipe(t *testing.T, run func(t *testing.T, p *Poller, message bool)) {
	for _, m := range testedMechanisms(t) {
		for _, message := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/message=%t", m, message), func(t *testing.T) {
				p := openTested(t, m)
				defer func() {
					if err := p.Close(); err != nil {
						t.Error(err)
					}
				}()
				run(t, p, message)
			})
		}
	}
}

// until waits until do does not block any more.
func until(t *testing.T, p *Poller, do func() error) error {
	t.Helper()
	events := make([]Event, 4)
	for {
		err := do()
		if !errors.Is(err, ErrWouldBlock) {
			return err
		}
		n, werr := p.Wait(events, extraPatience)
		if werr != nil || n == 0 {
			t.Fatalf("%d events, %v", n, werr)
		}
	}
}

func writeAll(t *testing.T, p *Poller, x *Pipe, b []byte) {
	t.Helper()
	for len(b) > 0 {
		if err := until(t, p, func() error {
			n, err := x.Write(b)
			b = b[n:]
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func mustAddPipe(t *testing.T, p *Poller, key Key, h uintptr) *Pipe {
	t.Helper()
	x, err := p.AddPipe(key, h)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestPipe(t *testing.T) {
	eachPipe(t, func(t *testing.T, p *Poller, message bool) {
		h, name := pipeServer(t, message, fileOverlapped)
		server := mustAddPipe(t, p, 1, h)
		none(t, p, "nobody has connected")
		buf := make([]byte, 64)
		if _, _, err := server.Read(buf); !errors.Is(err, ErrWouldBlock) {
			t.Errorf("Read before anybody has connected: %v", err)
		}
		if _, err := server.Write(buf); !errors.Is(err, ErrWouldBlock) {
			t.Errorf("Write before anybody has connected: %v", err)
		}
		client := mustAddPipe(t, p, 2, uintptr(pipeClient(t, name, message)))
		seen := map[Key]Readiness{}
		for len(seen) < 2 {
			events := make([]Event, 4)
			n, err := p.Wait(events, extraPatience)
			if err != nil || n == 0 {
				t.Fatalf("%v, %v", seen, err)
			}
			for _, ev := range events[:n] {
				seen[ev.Key] |= ev.Ready
			}
		}
		if seen[1] != Writable || seen[2] != Writable {
			t.Errorf("connected: %v", seen)
		}
		none(t, p, "nothing was written")
		for range 3 {
			if n, err := client.Write([]byte("12345")); n != 5 || err != nil {
				t.Fatal(n, err)
			}
			one(t, p, 1)
			n, more, err := server.Read(buf)
			if string(buf[:n]) != "12345" || more || err != nil {
				t.Fatalf("read %q, %t, %v", buf[:n], more, err)
			}
			if _, _, err := server.Read(buf); !errors.Is(err, ErrWouldBlock) {
				t.Fatalf("all was read: %v", err)
			}
		}
		if err := client.Delete(); err != nil {
			t.Fatal(err)
		}
		if err := client.Delete(); !errors.Is(err, ErrNotFound) {
			t.Errorf("second Delete: %v", err)
		}
		if _, _, err := client.Read(buf); err == nil || errors.Is(err, ErrWouldBlock) {
			t.Errorf("Read after Delete: %v", err)
		}
	})
}

// The end is told after all that came before it.
func TestPipeEnds(t *testing.T) {
	eachPipe(t, func(t *testing.T, p *Poller, message bool) {
		h, name := pipeServer(t, message, fileOverlapped)
		server := mustAddPipe(t, p, 1, h)
		c := pipeClient(t, name, message)
		client := mustAddPipe(t, p, 2, uintptr(c))
		writeAll(t, p, client, []byte("last"))
		if err := client.Delete(); err != nil {
			t.Fatal(err)
		}
		if err := syscall.CloseHandle(c); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 64)
		var got []byte
		err := until(t, p, func() error {
			for {
				n, _, err := server.Read(buf)
				got = append(got, buf[:n]...)
				if err != nil {
					return err
				}
			}
		})
		if err != io.EOF || string(got) != "last" {
			t.Errorf("read %q, then %v", got, err)
		}
		if _, err := server.Write([]byte("x")); err == nil || errors.Is(err, ErrWouldBlock) {
			t.Errorf("Write to nobody: %v", err)
		}
	})
}

// A client that is there before AddPipe, and one that has gone again.
func TestPipeConnectRace(t *testing.T) {
	eachPipe(t, func(t *testing.T, p *Poller, message bool) {
		h, name := pipeServer(t, message, fileOverlapped)
		pipeClient(t, name, message)
		x := mustAddPipe(t, p, 1, h)
		events := make([]Event, 4)
		if n, err := p.Wait(events, extraPatience); n != 1 || err != nil || !events[0].Ready.Has(Writable) {
			t.Errorf("a client was there already: %v, %v", events[:n], err)
		}
		if err := x.Delete(); err != nil {
			t.Fatal(err)
		}

		h, name = pipeServer(t, message, fileOverlapped)
		if err := syscall.CloseHandle(pipeClient(t, name, message)); err != nil {
			t.Fatal(err)
		}
		x = mustAddPipe(t, p, 2, h)
		err := until(t, p, func() error {
			_, _, err := x.Read(make([]byte, 8))
			return err
		})
		if err != io.EOF {
			t.Errorf("a client has been and gone: %v", err)
		}
	})
}

// Messages are neither merged nor cut, whatever the room for them.
func TestPipeMessages(t *testing.T) {
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			defer p.Close()
			h, name := pipeServer(t, true, fileOverlapped)
			server := mustAddPipe(t, p, 1, h)
			client := mustAddPipe(t, p, 2, uintptr(pipeClient(t, name, true)))
			for size, room := range map[int]int{1: 64, 64: 64, 65: 64, 4095: 5000, 4096: 5000, 4097: 5000, 10_000: 3000, 20_000: 30_000} {
				sent := bytes.Repeat([]byte{byte(size)}, size)
				for range 2 {
					writeAll(t, p, client, sent)
					var got []byte
					buf := make([]byte, room)
					for more := true; more; {
						if err := until(t, p, func() (err error) {
							var n int
							n, more, err = server.Read(buf)
							got = append(got, buf[:n]...)
							return err
						}); err != nil {
							t.Fatalf("message of %d: %v", size, err)
						}
					}
					if !bytes.Equal(got, sent) {
						t.Fatalf("message of %d: got %d bytes", size, len(got))
					}
				}
			}
		})
	}
}

// A megabyte each way at the same time comes through unchanged.
func TestPipeTraffic(t *testing.T) {
	eachPipe(t, func(t *testing.T, p *Poller, message bool) {
		const total = 1 << 20
		h, name := pipeServer(t, message, fileOverlapped)
		ends := map[Key]*Pipe{1: mustAddPipe(t, p, 1, h), 2: mustAddPipe(t, p, 2, uintptr(pipeClient(t, name, message)))}
		sent, got := map[Key]int{}, map[Key]int{}
		buf := make([]byte, 3000)
		pump := func(key Key) {
			x := ends[key]
			for {
				n, _, err := x.Read(buf)
				for i, b := range buf[:n] {
					if b != byte((got[key]+i)*7) {
						t.Fatalf("byte %d is wrong", got[key]+i)
					}
				}
				got[key] += n
				if errors.Is(err, ErrWouldBlock) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			for sent[key] < total {
				chunk := make([]byte, min(2500, total-sent[key]))
				for i := range chunk {
					chunk[i] = byte((sent[key] + i) * 7)
				}
				n, err := x.Write(chunk)
				sent[key] += n
				if errors.Is(err, ErrWouldBlock) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		events := make([]Event, 4)
		for got[1] < total || got[2] < total {
			n, err := p.Wait(events, extraPatience)
			if err != nil || n == 0 {
				t.Fatalf("got %v of %v; %d events, %v", got, sent, n, err)
			}
			for _, ev := range events[:n] {
				pump(ev.Key)
			}
		}
	})
}

func TestPipeRefused(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	f, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for what, c := range map[string]struct {
		h    uintptr
		want error
	}{
		"a file":  {f.Fd(), ErrUnsupported},
		"nothing": {^uintptr(0) - 2, ErrBadDescriptor},
	} {
		if _, err := p.AddPipe(1, c.h); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
}
