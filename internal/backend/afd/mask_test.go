package afd

import (
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
)

func TestDecode(t *testing.T) {
	const (
		r  = backend.ReadyReadable
		w  = backend.ReadyWritable
		rc = backend.ReadyReadClosed
	)
	for _, c := range []struct {
		name   string
		events uint32
		want   backend.Readiness
	}{
		{"nothing", 0, 0},
		{"data", afd.PollReceive, r},
		{"connection to accept", afd.PollAccept, r},
		{"room to send", afd.PollSend, w},
		{"out-of-band", afd.PollExpedited, backend.ReadyPriority},
		{"FIN", afd.PollDisconnect, r | rc},
		{"RST", afd.PollAbort, r | w | rc | backend.ReadyHangUp},
		{"refused", afd.PollConnectFail, r | w | backend.ReadyError | backend.ReadyConnectFailed},
		{"connect alone is nothing", afd.PollConnect, 0},
		{"closed here, whatever else", afd.PollLocalClose | afd.PollReceive, backend.ReadyClosed},
	} {
		if got := decode(c.events); got != c.want {
			t.Errorf("%s: got %b, want %b", c.name, got, c.want)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add(uint8(1), uint32(afd.PollReceive))
	f.Fuzz(func(t *testing.T, interest uint8, events uint32) {
		in := backend.Interest(interest) & backend.AllInterests
		asked := encode(in)
		if asked&afd.PollConnect != 0 {
			t.Fatal("asks for CONNECT, which is reported every time")
		}
		if asked&afd.PollLocalClose == 0 {
			t.Fatal("does not cover LOCAL_CLOSE")
		}
		got := decode(events & asked)
		if in != 0 && events&asked != 0 && got.Mask(in) == 0 {
			t.Fatalf("asked %#x, got %#x, and says nothing: a poll that completes for ever", asked, events&asked)
		}
		if got.Mask(in)&^(backend.Readiness(in)|backend.ReadyReadClosed|backend.Unasked) != 0 {
			t.Fatalf("reports %b to interest %b", got.Mask(in), in)
		}
	})
}
