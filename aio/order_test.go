package aio

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/goetia-go/goetia"
)

// TestTargets: the families take turns, beginning with that of the best address (RFC 8305,
// section 4).
func TestTargets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		network string
		addrs   []string
		want    []string
	}{
		{"tcp", []string{"2001:db8::1", "2001:db8::2", "192.0.2.1"}, []string{"[2001:db8::1]:80", "192.0.2.1:80", "[2001:db8::2]:80"}},
		{"tcp", []string{"192.0.2.1", "2001:db8::1", "192.0.2.2"}, []string{"192.0.2.1:80", "[2001:db8::1]:80", "192.0.2.2:80"}},
		{"tcp", []string{"::ffff:192.0.2.1", "192.0.2.2"}, []string{"192.0.2.1:80", "192.0.2.2:80"}},
		{"tcp4", []string{"2001:db8::1", "192.0.2.1"}, []string{"192.0.2.1:80"}},
		{"tcp6", []string{"2001:db8::1", "192.0.2.1"}, []string{"[2001:db8::1]:80"}},
		{"tcp6", []string{"192.0.2.1"}, nil},
		{"tcp", nil, nil},
		{"tcp", []string{"fe80::1%eth0"}, []string{"[fe80::1%eth0]:80"}},
	} {
		var addrs []netip.Addr
		for _, a := range c.addrs {
			addrs = append(addrs, netip.MustParseAddr(a))
		}
		if got := targets(c.network, addrs, "80"); !slices.Equal(got, c.want) {
			t.Errorf("%s %v: %v, want %v", c.network, c.addrs, got, c.want)
		}
	}
}

// FuzzTargets: each address that fits is tried once, in its family's order, and no family is tried
// twice in a row while there are others.
func FuzzTargets(f *testing.F) {
	f.Add([]byte{0, 1, 0, 1, 1, 1})
	f.Fuzz(func(t *testing.T, kinds []byte) {
		var addrs []netip.Addr
		for i, k := range kinds[:min(len(kinds), 100)] {
			if k%2 == 0 {
				addrs = append(addrs, netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}))
			} else {
				addrs = append(addrs, netip.AddrFrom16([16]byte{0x20, 1, 15: byte(i)}))
			}
		}
		got := targets("tcp", addrs, "1")
		if len(got) != len(addrs) {
			t.Fatalf("%d of %d", len(got), len(addrs))
		}
		var left [2]int
		for _, a := range addrs {
			left[a.BitLen()>>7]++
		}
		last := [2]int{-1, -1}
		previous := -1
		for _, s := range got {
			a := netip.MustParseAddrPort(s).Addr()
			family, at := a.BitLen()>>7, slices.Index(addrs, a)
			if at <= last[family] {
				t.Errorf("%v is out of order", a)
			}
			if family == previous && left[1-family] > 0 {
				t.Errorf("%v follows its own family", a)
			}
			last[family], previous = at, family
			left[family]--
		}
	})
}

// FuzzFollowing: the tick after one is due later than that one; Skip keeps to the schedule and is
// not late, Delay not early.
func FuzzFollowing(f *testing.F) {
	f.Add(int64(10), int64(35), uint8(goetia.Skip))
	f.Fuzz(func(t *testing.T, every, late int64, missed uint8) {
		if every <= 0 || every > 1<<40 || late < 0 || late > 1<<50 {
			return
		}
		due := time.Unix(1000, 0)
		now := due.Add(time.Duration(late))
		next := following(due, now, time.Duration(every), goetia.Missed(missed%3))
		if !next.After(due) {
			t.Errorf("%v after %v", next, due)
		}
		switch goetia.Missed(missed % 3) {
		case goetia.Skip:
			if next.Before(now) || next.Sub(due)%time.Duration(every) != 0 || next.Sub(now) > time.Duration(every) {
				t.Errorf("skip: %v after %v", next.Sub(due), now.Sub(due))
			}
		case goetia.Burst:
			if next.Sub(due) != time.Duration(every) {
				t.Errorf("burst: %v", next.Sub(due))
			}
		case goetia.Delay:
			if next.Before(now) {
				t.Errorf("delay: %v", next.Sub(now))
			}
		}
	})
}
