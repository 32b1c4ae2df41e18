package simnet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/simnet"
)

// TestLatency: everything takes the time that it has to, and no more.
func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(simnet.Network)
		client, server := n.Host("client"), n.Host("server")
		n.SetLink(client, server, simnet.Link{Latency: 3 * time.Second})
		n.SetLink(server, client, simnet.Link{Latency: 4 * time.Second})
		start := time.Now()
		took := func(want time.Duration) {
			t.Helper()
			if got := time.Since(start); got != want {
				t.Errorf("after %v, want %v", got, want)
			}
			start = time.Now()
		}
		l := listen(t, server, ":80")
		defer l.Close()
		a := dial(t, client, l.Addr())
		took(7 * time.Second)
		b := accept(t, l)
		took(0)
		write(t, a, "x")
		took(0)
		expect(t, b, "x", nil)
		took(3 * time.Second)
		write(t, b, "y")
		b.Close()
		expect(t, a, "y", io.EOF)
		took(4 * time.Second)
		a.Close()
		if _, err := client.Dial("tcp", "server:81"); err == nil {
			t.Error("connected to nobody")
		}
		took(7 * time.Second)
		// What was sent before a link became fast is not overtaken.
		a = dial(t, client, l.Addr())
		b = accept(t, l)
		start = time.Now()
		write(t, a, "slow ")
		n.SetLinks(client, server, simnet.Link{})
		write(t, a, "fast")
		expect(t, b, "slow fast", nil)
		took(3 * time.Second)
		a.Close()
		b.Close()
	})
}

// TestBandwidth: connections share a link.
func TestBandwidth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(simnet.Network)
		client, server := n.Host("client"), n.Host("server")
		l := listen(t, server, ":80")
		defer l.Close()
		n.SetLink(client, server, simnet.Link{Bandwidth: 1000})
		start := time.Now()
		done := make(chan time.Duration)
		for range 2 {
			a := dial(t, client, l.Addr())
			b := accept(t, l)
			go func() {
				defer a.Close()
				if _, err := a.Write(make([]byte, 50_000)); err != nil {
					t.Error(err)
				}
			}()
			go func() {
				defer b.Close()
				if n, err := io.Copy(io.Discard, b); n != 50_000 || err != nil {
					t.Errorf("read %d, %v", n, err)
				}
				done <- time.Since(start)
			}()
		}
		<-done
		if got := <-done; got.Round(time.Millisecond) != 100*time.Second {
			t.Errorf("100 000 bytes took %v", got)
		}
	})
}

// TestPartition: streams stand still and go on, packets are lost, Dial waits, and the rest of
// the network notices nothing.
func TestPartition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &simnet.Network{Default: simnet.Link{Latency: time.Second}}
		client, server, other := n.Host("client"), n.Host("server"), n.Host("other")
		a, b := connect(t, n)
		defer a.Close()
		defer b.Close()
		l := listen(t, server, ":80")
		defer l.Close()
		write(t, a, "under way ")
		n.Partition([]*simnet.Host{client}, []*simnet.Host{server})
		write(t, a, "held")
		b.SetReadDeadline(time.Now().Add(time.Hour))
		if n, err := b.Read(make([]byte, 20)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Read: %d, %v", n, err)
		}
		b.SetReadDeadline(time.Time{})
		dial(t, other, l.Addr()).Close()
		accept(t, l).Close()
		dialled := make(chan *simnet.Conn)
		go func() { dialled <- dial(t, client, l.Addr()) }()
		time.Sleep(time.Minute)
		start := time.Now()
		n.Heal()
		expect(t, b, "under way held", nil)
		if took := time.Since(start); took != time.Second {
			t.Errorf("went on after %v", took)
		}
		(<-dialled).Close()
		accept(t, l).Close()
		// A Dial that nothing helps gives up.
		n.SetLink(client, server, simnet.Link{Down: true})
		start = time.Now()
		_, err := client.Dial("tcp", "server:80")
		if !errors.Is(err, simnet.ErrTimedOut) || time.Since(start) != 127*time.Second {
			t.Errorf("Dial: %v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := client.DialContext(ctx, "tcp", "server:80"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Dial: %v", err)
		}
	})
}

// TestLinkDownTwice: what is held is delivered once and in order, however often the link
// comes and goes.
func TestLinkDownTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(simnet.Network)
		client, server := n.Host("client"), n.Host("server")
		a, b := connect(t, n)
		up, down := simnet.Link{Latency: time.Millisecond, Jitter: 5 * time.Millisecond}, simnet.Link{Down: true}
		want := ""
		for i := range 100 {
			n.SetLink(client, server, []simnet.Link{up, down}[i%2])
			s := fmt.Sprintf("%d ", i)
			write(t, a, s)
			want += s
			time.Sleep(time.Millisecond)
		}
		n.SetLink(client, server, up)
		a.Close()
		expect(t, b, want, io.EOF)
		b.Close()
	})
}

func TestResetConns(t *testing.T) {
	n := &simnet.Network{Default: simnet.Link{Latency: time.Nanosecond, Down: false}}
	a, b := connect(t, n)
	l := listen(t, n.Host("server"), ":80")
	defer l.Close()
	c := dial(t, n.Host("other"), l.Addr())
	d := accept(t, l)
	n.ResetConns(n.Host("server"), n.Host("client"))
	for _, c := range []net.Conn{a, b} {
		expect(t, c, "", simnet.ErrReset)
		c.Close()
	}
	write(t, c, "still there")
	expect(t, d, "still there", nil)
	c.Close()
	d.Close()
	n.ResetConns(n.Host("server"), n.Host("client"))
}

// TestAbandonedDial: nothing is left of a Dial that was given up, wherever it was.
func TestAbandonedDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, patience := range []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond} {
			n := &simnet.Network{Default: simnet.Link{Latency: time.Second}, Backlog: 1}
			l := listen(t, n.Host("server"), ":80")
			for range 3 {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				if _, err := n.Host("client").DialContext(ctx, "tcp", "server:80"); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Dial: %v", err)
				}
				cancel()
			}
			good := make(chan *simnet.Conn)
			go func() { good <- dial(t, n.Host("client"), l.Addr()) }()
			time.Sleep(time.Minute)
			for {
				c := accept(t, l)
				_, err := c.Write([]byte("x"))
				if err == nil {
					a := <-good
					expect(t, a, "x", nil)
					a.Close()
					c.Close()
					break
				}
				c.Close()
			}
			l.Close()
		}
	})
}

// TestSeed: the same seed gives the same times, another one others.
func TestSeed(t *testing.T) {
	run := func(seed uint64) (times string) {
		synctest.Test(t, func(t *testing.T) {
			n := &simnet.Network{Seed: seed, Default: simnet.Link{Jitter: time.Second, Loss: 0.3}}
			p, err := n.Host("server").ListenPacket("udp", ":53")
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			c, err := n.Host("client").Dial("udp", "server:53")
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			for i := range 50 {
				write(t, c, fmt.Sprint(i))
			}
			start := time.Now()
			p.SetReadDeadline(start.Add(time.Minute))
			for b := make([]byte, 8); ; {
				k, _, err := p.ReadFrom(b)
				if err != nil {
					break
				}
				times += fmt.Sprintf("%s at %v, ", b[:k], time.Since(start))
			}
		})
		return times
	}
	if a, b, c := run(1), run(1), run(2); a != b || a == c || a == "" {
		t.Errorf("%s\n%s\n%s", a, b, c)
	}
}

// TestAbsurdLinks: nonsense is taken for the nearest sense, and nothing hangs or panics.
func TestAbsurdLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &simnet.Network{Buffer: -1, Backlog: -1}
		a, b := connect(t, n)
		n.SetLinks(n.Host("client"), n.Host("server"), simnet.Link{Latency: -1, Jitter: -1, Bandwidth: -1, Loss: -1})
		n.Partition()
		n.Partition(nil, []*simnet.Host{n.Host("client"), n.Host("client")}, []*simnet.Host{n.Host("client")})
		write(t, a, "x")
		expect(t, b, "x", nil)
		n.SetLinks(n.Host("client"), n.Host("server"), simnet.Link{Latency: 1<<63 - 1, Jitter: 1<<63 - 1, Bandwidth: 1, Loss: 2})
		write(t, a, "never")
		b.SetReadDeadline(time.Now().Add(100 * 365 * 24 * time.Hour))
		if _, err := b.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Read: %v", err)
		}
		a.Close()
		b.Close()
	})
}
