package aio_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/poll"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if role := os.Getenv("GOETIA_AIO_CHILD"); role != "" {
		child(role)
	}
	goleak.VerifyTestMain(unhurried{m})
}

// unhurried runs the tests, and then waits for goroutines that are about to end: goleak itself gives up
// after less than half a second.
type unhurried struct{ *testing.M }

func (u unhurried) Run() int {
	code := u.M.Run()
	for until := time.Now().Add(time.Minute); code == 0 && goleak.Find() != nil && time.Now().Before(until); {
	}
	return code
}

// child is what this program does when a test has started it: it has no other programs to rely
// on.
func child(role string) {
	switch role {
	case "cat": // and complain about it
		fmt.Fprint(os.Stderr, "meow")
		_, _ = io.Copy(os.Stdout, os.Stdin)
	case "stdio":
		l, err := aio.New()
		if err == nil {
			r := aio.BlockOn(l, aio.Copy(aio.Stdout(), aio.Stdin()))
			err = r.Err
		}
		if err != nil {
			fmt.Fprint(os.Stderr, err)
			os.Exit(1)
		}
	case "fail":
		os.Exit(7)
	case "hang":
		fmt.Print("ready")
		_, _ = os.Stdin.Read(make([]byte, 1)) // it never comes
	case "few":
		few()
	case "many":
		if err := many(); err != nil {
			fmt.Fprint(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(0)
}

// command is this program in another role.
func command(t testing.TB, role string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "GOETIA_AIO_CHILD="+role)
	return cmd
}

// loop opens a Loop that is closed at the end of the test.
func loop(t testing.TB) *aio.Loop {
	t.Helper()
	l, err := aio.New(mechanism)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, l) })
	return l
}

// mechanism is the one that the tests are asked to use.
var mechanism = goetia.WithMechanism(poll.Mechanism(os.Getenv("GOETIA_MECHANISM")))

func closed(t testing.TB, c interface{ Close() error }) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Errorf("Close of %T: %v", c, err)
	}
}

// wait runs one future, for a minute at most.
func wait[T any](t testing.TB, l *aio.Loop, f future.Future[T]) T {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	v, err := aio.Await(ctx, l, f)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// must is wait for a result that is to be no error.
func must[T any](t testing.TB, l *aio.Loop, f future.Future[future.Result[T]]) T {
	t.Helper()
	r := wait(t, l, f)
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	return r.Value
}

// pendingNow polls once, and fails if that is enough.
func pendingNow[T any](t testing.TB, f future.Future[T]) {
	t.Helper()
	if v, ready := f.Poll(future.NewContext(future.WakerFunc(func() {}))); ready {
		t.Fatalf("ready at once, with %v", v)
	}
}

func listen(t testing.TB, l *aio.Loop) *aio.Listener {
	t.Helper()
	a, err := l.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// both is two futures at once.
func both[A, B any](t testing.TB, l *aio.Loop, a future.Future[A], b future.Future[B]) (va A, vb B) {
	t.Helper()
	doneA, doneB := false, false
	wait(t, l, future.PollFunc[struct{}](func(cx *future.Context) (struct{}, bool) {
		if !doneA {
			va, doneA = a.Poll(cx)
		}
		if !doneB {
			vb, doneB = b.Poll(cx)
		}
		return struct{}{}, doneA && doneB
	}))
	return va, vb
}

// tcpPair is a connection of two Conns.
func tcpPair(t testing.TB, l *aio.Loop) (a, b *aio.Conn) {
	t.Helper()
	nl := listen(t, l)
	ra, rb := both(t, l, nl.Accept(), l.Dial("tcp", nl.Addr().String()))
	if ra.Err != nil || rb.Err != nil {
		t.Fatal(ra.Err, rb.Err)
	}
	t.Cleanup(func() { _, _ = ra.Value.Close(), rb.Value.Close() })
	return ra.Value, rb.Value
}

// withPeer is a Conn whose other end is one of package net.
func withPeer(t testing.TB, l *aio.Loop) (*aio.Conn, *net.TCPConn) {
	t.Helper()
	nl, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer nl.Close()
	c := must(t, l, l.Dial("tcp", nl.Addr().String()))
	p, err := nl.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = c.Close(), p.Close() })
	return c, p.(*net.TCPConn)
}
