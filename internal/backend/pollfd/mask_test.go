package pollfd

import (
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
)

var systems = []string{
	"linux", "android", "darwin", "ios", "freebsd", "netbsd", "openbsd", "dragonfly", "solaris", "illumos", "aix",
}

const (
	R  = backend.ReadyReadable
	W  = backend.ReadyWritable
	P  = backend.ReadyPriority
	RC = backend.ReadyReadClosed
	HU = backend.ReadyHangUp
	ER = backend.ReadyError
	CF = backend.ReadyConnectFailed
)

func TestDecode(t *testing.T) {
	linux, mac, free, net, aix := dialectOf("linux"), dialectOf("darwin"), dialectOf("freebsd"), dialectOf("netbsd"), dialectOf("aix")
	tests := []struct {
		name    string
		d       dialect
		answer  uint16
		want    backend.Readiness
		because string
	}{
		{"linux", linux, commonIn, R, "data"},
		{"linux", linux, commonOut, W, "room"},
		{"linux", linux, commonPri, P, "urgent data"},
		{"linux", linux, commonIn | linuxRdHup, R | RC, "end of stream"},
		{"linux", linux, linuxRdHup, R | RC, "end of stream, with data unread"},
		{"linux", linux, commonOut | commonHup, R | W | RC | HU, "never connected"},
		{"linux", linux, commonErr, R | W | ER, "pending error"},
		{"linux", linux, commonErr | commonHup, R | W | RC | HU | ER | CF, "refused"},
		{"freebsd", free, commonIn | bsdRdHup, R | RC, "end of stream"},
		{"freebsd", free, commonIn | linuxRdHup, R, "POLLINIGNEOF is not asked for and says nothing"},
		{"freebsd", free, commonErr | commonHup, R | W | RC | HU | ER, "ConnectFailed is not this system's to tell"},
		{"netbsd", net, commonIn, R, "end of stream is told by reading"},
		{"netbsd", net, bsdRdHup | linuxRdHup, 0, "bits without a meaning"},
		{"darwin", mac, commonHup, R | W | RC, "one direction or both have ended"},
		{"darwin", mac, commonHup | commonErr, R | W | RC | ER, "no HangUp"},
		{"aix", aix, 0x1, R, "data"},
		{"aix", aix, 0x2, W, "its POLLOUT is the others' POLLPRI"},
		{"aix", aix, 0x4, P, "its POLLPRI is the others' POLLOUT"},
		{"aix", aix, 0x2000, R | W | RC | HU, "its POLLHUP is Linux's POLLRDHUP"},
	}
	for _, tt := range tests {
		if got := tt.d.decode(tt.answer); got != tt.want {
			t.Errorf("%s: decode(%#x) = %#x, want %#x (%s)", tt.name, tt.answer, got, tt.want, tt.because)
		}
	}
}

func TestDialects(t *testing.T) {
	for _, goos := range systems {
		d := dialectOf(goos)
		if got := d.encode(0); got != 0 {
			t.Errorf("%s: an empty interest asks for %#x", goos, got)
		}
		for in := backend.Interest(1); in <= backend.AllInterests; in++ {
			// What is asked for and answered is what was wanted.
			got := d.decode(d.encode(in)).Mask(in) & backend.Readiness(backend.AllInterests)
			if got != backend.Readiness(in) {
				t.Errorf("%s: interest %#x comes back as %#x", goos, in, got)
			}
			if bad := d.encode(in) & (d.err | d.hup | d.nval); bad != 0 {
				t.Errorf("%s: interest %#x asks for %#x, which may only be answered", goos, in, bad)
			}
		}
		seen := map[uint16]bool{}
		for _, bit := range []uint16{d.in, d.pri, d.out, d.err, d.hup, d.nval, d.rdhup} {
			if bit&(bit-1) != 0 || bit != 0 && seen[bit] {
				t.Errorf("%s: bit %#x is not one bit, or is there twice", goos, bit)
			}
			seen[bit] = true
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(uint8(0), uint16(commonIn|linuxRdHup))
	f.Add(uint8(10), uint16(aixHup|aixErr))
	f.Fuzz(func(t *testing.T, system uint8, answer uint16) {
		d := dialectOf(systems[int(system)%len(systems)])
		got := d.decode(answer)
		if got&^d.reports != 0 {
			t.Errorf("decode(%#x) = %#x, which Features do not promise", answer, got)
		}
		if got&(RC|ER|HU) != 0 && got&R == 0 {
			t.Errorf("decode(%#x) = %#x: an end or error without Readable", answer, got)
		}
		if answer&(d.in|d.pri|d.out|d.err|d.hup|d.rdhup) != 0 && got == 0 {
			t.Errorf("decode(%#x) is empty: the answer would come again and again", answer)
		}
	})
}
