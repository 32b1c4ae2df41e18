package socknotify

import (
	"errors"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// Packets of another generation, of an index that nobody has and of strangers are dropped.
func TestStrangePackets(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	k.packets = []iocp.Entry{
		packet(backend.MakeToken(3, 8), socknotify.In), packet(backend.MakeToken(1<<15, 1), socknotify.In),
		{Key: 0, Bytes: 1},
		{Key: 1, Bytes: ^uint32(0)},
		packet(backend.MakeToken(2, 1), socknotify.In),
		packet(tok, 0x8000), packet(tok, socknotify.In),
	}
	wait(t, p, event(tok, backend.ReadyReadable))
	wait(t, p)
}

// A packet from before a Modify that tells nothing any more may have disabled what the
// Modify has enabled.
func TestStalePacketArmsAgain(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	if err := p.Modify(5, tok, backend.Writable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	k.packets = []iocp.Entry{packet(tok, socknotify.In)}
	wait(t, p)
	k.taken()
	wait(t, p)
	if got := k.taken(); len(got) != 1 || got[0].Filter != uint16(socknotify.Out) {
		t.Errorf("the changes were %+v", got)
	}
}

// A packet with the second key comes from somebody who has the number of a socket that
// was closed: nothing is told, and that one is left alone.
func TestMistakenRegistration(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	if err := p.Modify(5, tok, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	k.log = nil
	k.answer = func(socknotify.Registration) socknotify.Result { return socknotify.Success }
	k.packets = []iocp.Entry{{Key: again(tok), Bytes: uint32(socknotify.In)}}
	wait(t, p)
	if got := k.taken(); len(got) != 1 || got[0] != (socknotify.Registration{Socket: 5, Op: socknotify.Remove}) {
		t.Errorf("the changes were %+v", got)
	}
	if err := p.Modify(5, tok, 0, backend.Oneshot); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("it is known still: %v", err)
	}
	k.packets = []iocp.Entry{{Key: again(tok), Bytes: uint32(socknotify.Removed)}}
	wait(t, p)
	if n := p.Counters().Outstanding; n != 0 {
		t.Errorf("%d removals are outstanding", n)
	}
	wait(t, p)
	if got := k.taken(); len(got) != 0 {
		t.Errorf("the changes were %+v", got)
	}
}

// What was registered by mistake does not keep its socket from being added.
func TestAddOfAMistakenRegistration(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	present(k, again(tok))
	k.packets = []iocp.Entry{{Key: again(tok), Bytes: uint32(socknotify.In)}} // on its way
	fresh := backend.MakeToken(4, 1)
	if err := p.Add(5, fresh, tok, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	k.packets = append(k.packets, packet(fresh, socknotify.In))
	wait(t, p, event(fresh, backend.ReadyReadable))
}

// Where enabling changes the key there is one key only.
func TestKeysThatChange(t *testing.T) {
	k := &script{}
	p := New(k, Config{Wide: wide})
	if p.Features().ForgetsClosed {
		t.Error("promises what it cannot keep")
	}
	add(t, p, 5, tok, backend.Readable, backend.Level)
	if err := p.Modify(5, tok, backend.Readable, backend.Level); err != nil {
		t.Fatal(err)
	}
	k.packets = []iocp.Entry{packet(tok, socknotify.In)}
	wait(t, p, event(tok, backend.ReadyReadable))
	wait(t, p)
	for _, r := range k.taken() {
		if r.Key != keyed(tok) {
			t.Errorf("change %+v", r)
		}
	}
}
