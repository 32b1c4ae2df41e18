package poll

import (
	"errors"
	"net"
	"runtime"
	"testing"
	"time"
)

// tcp makes an ordinary connection to this machine.
func tcp(t testing.TB) (*net.TCPConn, *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Accept()
	if err != nil {
		a.Close()
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a.(*net.TCPConn), b.(*net.TCPConn)
}

// TestAllocs: the calls of a steady state allocate nothing, for raw descriptors
// and for connections.
func TestAllocs(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector the runtime's own allocations count too")
	}
	runs := 500
	if runtime.GOOS == "windows" {
		runs = 50 // Wine takes its time
	}
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			defer p.Close()
			needsConns(t, p)
			a, b := tcp(t)
			conn, err := Conn(a)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			events := make([]Event, 16)
			for name, src := range map[string]Source{"conn": conn, "fd": FD(conn.Handle())} {
				measure := func(what string, do func() error) {
					t.Helper()
					var failed error
					n := testing.AllocsPerRun(runs, func() {
						if err := do(); err != nil {
							failed = err
						}
					})
					if failed != nil {
						t.Errorf("%s, %s: %v", name, what, failed)
					}
					if n != 0 {
						t.Errorf("%s, %s: %v allocations", name, what, n)
					}
				}
				measure("Add and Delete", func() error {
					return errors.Join(p.Add(src, 1, Readable, Oneshot), p.Delete(src))
				})
				if err := p.Add(src, 1, Readable, Oneshot); err != nil {
					t.Fatal(err)
				}
				measure("Modify", func() error { return p.Modify(src, 1, Readable|Writable, Oneshot) })
				measure("Modify and Wait", func() error {
					if err := p.Modify(src, 1, Readable, Oneshot); err != nil {
						return err
					}
					return expectOne(p, events, -1)
				})
				if err := p.Modify(src, 1, Readable, Level); err != nil {
					t.Fatal(err)
				}
				measure("Wait in level mode", func() error { return expectOne(p, events, -1) })
				measure("Wait(0) in level mode", func() error { return expectOne(p, events, 0) })
				if err := p.Modify(src, 1, 0, Oneshot); err != nil {
					t.Fatal(err)
				}
				measure("Wait(0) for nothing", func() error {
					_, err := p.Wait(events, 0)
					return err
				})
				measure("Notify and Wait", func() error {
					if err := p.Notify(); err != nil {
						return err
					}
					_, err := p.Wait(events, time.Hour)
					return err
				})
				if err := p.Delete(src); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

var errNotOne = errors.New("not one event")

func expectOne(p *Poller, events []Event, timeout time.Duration) error {
	n, err := p.Wait(events, timeout)
	if err == nil && n != 1 {
		err = errNotOne
	}
	return err
}
