package wsapoll

import (
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/winsock"
)

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
	tests := []struct {
		answer  uint16
		want    backend.Readiness
		because string
	}{
		{winsock.PollRdNorm, R, "data"},
		{winsock.PollWrNorm, W, "room"},
		{winsock.PollRdBand, P, "out-of-band data"},
		{winsock.PollHup, R | RC, "the peer has finished sending"},
		{winsock.PollHup | winsock.PollWrNorm, R | W | RC, "the same, and there is room"},
		{winsock.PollErr, R | W | RC | HU | ER | CF, "refused, as Wine tells it"},
		{winsock.PollErr | winsock.PollHup | winsock.PollWrNorm, R | W | RC | HU | ER | CF, "refused, as Windows tells it"},
		{winsock.PollNval, backend.ReadyClosed, "closed"},
		{winsock.PollNval | winsock.PollHup, backend.ReadyClosed, "Closed comes alone"},
	}
	for _, tt := range tests {
		if got := decode(tt.answer); got != tt.want {
			t.Errorf("decode(%#x) = %#x, want %#x (%s)", tt.answer, got, tt.want, tt.because)
		}
	}
}

func TestEncodeComesBack(t *testing.T) {
	for in := backend.Interest(0); in <= backend.AllInterests; in++ {
		if encode(in)&winsock.PollPri != 0 {
			t.Errorf("encode(%#x) asks for POLLPRI, which is an error", in)
		}
		if got := decode(encode(in)); got != backend.Readiness(in) {
			t.Errorf("interest %#x comes back as %#x", in, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(uint16(winsock.PollHup))
	f.Add(uint16(winsock.PollErr | winsock.PollNval))
	f.Fuzz(func(t *testing.T, answer uint16) {
		got := decode(answer)
		if got&backend.ReadyClosed != 0 && got != backend.ReadyClosed {
			t.Errorf("decode(%#x) = %#x: Closed comes alone", answer, got)
		}
		if got&(RC|ER|HU) != 0 && got&R == 0 {
			t.Errorf("decode(%#x) = %#x: an end or error without Readable", answer, got)
		}
	})
}

func TestCompare(t *testing.T) {
	bound := identity{family: 2, port: 80}
	connected := identity{family: 2, port: 80, peer: 7}
	tests := []struct {
		name      string
		then, now identity
		want      verdict
	}{
		{"nothing known", identity{}, connected, unknown},
		{"the same port", bound, bound, same},
		{"another port", bound, identity{family: 2, port: 81}, different},
		{"another family", bound, identity{family: 23, port: 80}, different},
		{"no port now", bound, identity{}, different},
		{"connected since", bound, connected, same},
		{"another peer", connected, identity{family: 2, port: 80, peer: 8}, different},
		{"peer lost", connected, bound, same},
	}
	for _, tt := range tests {
		if got := tt.then.compare(tt.now); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	var id identity
	id.learn(bound)
	id.learn(connected)
	id.learn(identity{family: 2, port: 99, peer: 9})
	if id != connected {
		t.Errorf("learned %+v, want %+v: what is known does not change", id, connected)
	}
}

func TestQueue(t *testing.T) {
	var q queue
	next, want := backend.Token(0), backend.Token(0)
	for round := range 100 {
		for range round % 7 * 5 {
			q.push(next)
			next++
		}
		for range min(q.n, round%5*6) {
			if got := q.pop(); got != want {
				t.Fatalf("popped %d, want %d", got, want)
			}
			want++
		}
	}
	if int(next-want) != q.n {
		t.Errorf("%d left, want %d", q.n, next-want)
	}
}
