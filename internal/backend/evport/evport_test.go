//go:build !plan9

package evport

import (
	"errors"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/evport"
)

// script is a kernel that says what the test wants.
type script struct {
	files   map[uintptr]uint64
	made    []association
	ended   []uintptr
	events  []evport.Event
	err     error
	refuses error
	// ready are the conditions of descriptors that stay ready: each of their
	// associations delivers.
	ready map[uintptr]int32
}

type association struct {
	fd     uintptr
	events int
	user   uint64
}

func (s *script) Identify(fd uintptr) (Identity, error) {
	if s.files[fd] == 0 {
		return Identity{}, backend.ErrBadDescriptor
	}
	return Identity{Ino: s.files[fd]}, nil
}

func (s *script) Associate(fd uintptr, events int, user uint64) error {
	if err := s.refuses; err != nil {
		s.refuses = nil // the next one may pass
		return err
	}
	s.made = append(s.made, association{fd, events, user})
	return nil
}

func (s *script) Dissociate(fd uintptr) error {
	s.ended = append(s.ended, fd)
	return nil
}

func (s *script) Fetch(events []evport.Event, _ time.Duration) (int, error) {
	for fd, bits := range s.ready {
		if a := s.made[len(s.made)-1]; a.fd == fd {
			s.happens(fd, bits)
		}
	}
	n := copy(events, s.events)
	s.events = s.events[n:]
	return n, s.err
}

func (s *script) Wake() error  { return nil }
func (s *script) Close() error { return nil }

// happens has the latest association of a descriptor deliver.
func (s *script) happens(fd uintptr, bits int32) {
	for _, a := range slices.Backward(s.made) {
		if a.fd == fd {
			s.events = append(s.events, evport.Event{Source: evport.FD, Object: fd, Events: bits, User: a.user})
			return
		}
	}
}

func rig(t *testing.T) (*script, *Poll, func(want ...backend.Event)) {
	s := &script{files: map[uintptr]uint64{5: 50, 6: 60}}
	p := New(s, Config{RdHup: true})
	return s, p, func(want ...backend.Event) {
		t.Helper()
		events := make([]backend.Event, 4)
		if n, err := p.Wait(events, 0); err != nil || !slices.Equal(events[:n], want) {
			t.Fatalf("got %v, %v; want %v", events[:n], err, want)
		}
	}
}

var tok = backend.MakeToken(3, 1)

func readable(tok backend.Token) backend.Event {
	return backend.Event{Token: tok, Ready: backend.ReadyReadable}
}

// A port hands events out also when it says that the time has passed or a signal came.
func TestEventsWithErrors(t *testing.T) {
	for _, errno := range []error{evport.TimedOut, syscall.EINTR} {
		s, p, expect := rig(t)
		if err := p.Add(5, tok, 0, backend.Readable, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
		s.err = errno
		expect()
		s.happens(5, PollIn)
		expect(readable(tok))
	}
	s, p, expect := rig(t)
	if err := p.Add(5, tok, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	s.err = syscall.EFAULT
	s.happens(5, PollIn)
	expect(readable(tok))
	if n, err := p.Wait(make([]backend.Event, 1), 0); n != 0 || !errors.Is(err, syscall.EFAULT) {
		t.Errorf("got %d, %v", n, err)
	}
}

// An event of an earlier association, or of an earlier use of the index, is stale.
func TestStaleEvents(t *testing.T) {
	s, p, expect := rig(t)
	if err := p.Add(5, tok, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	s.happens(5, PollIn)
	if err := p.Modify(5, tok, backend.Writable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	expect()
	s.happens(5, PollOut)
	if err := p.Delete(5, tok); err != nil {
		t.Fatal(err)
	}
	again := backend.MakeToken(3, 2)
	if err := p.Add(6, again, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	expect()
	s.happens(6, PollIn)
	expect(readable(again))
	if !slices.Equal(s.ended, []uintptr{5}) {
		t.Errorf("dissociated %v", s.ended)
	}
}

// Level associates again what was reported, once for each Wait, and nothing else.
func TestLevelCostsACallForEachEvent(t *testing.T) {
	s, p, expect := rig(t)
	for h, tk := range map[uintptr]backend.Token{5: tok, 6: backend.MakeToken(1, 1)} {
		if err := p.Add(h, tk, 0, backend.Readable, backend.Level); err != nil {
			t.Fatal(err)
		}
	}
	s.ready = map[uintptr]int32{5: PollIn}
	if err := p.Modify(5, tok, backend.Readable, backend.Level); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		expect(readable(tok))
	}
	if n := len(s.made); n != 3+4 {
		t.Errorf("%d associations, want 7", n)
	}
}

// Before a number is associated again, it is compared with the file.
func TestReusedNumber(t *testing.T) {
	s, p, expect := rig(t)
	if err := p.Add(5, tok, 0, backend.Readable, backend.Level); err != nil {
		t.Fatal(err)
	}
	s.happens(5, PollIn)
	expect(readable(tok))
	s.files[5] = 51
	made := len(s.made)
	expect()
	if len(s.made) != made {
		t.Error("another file was associated")
	}
	if err := p.Modify(5, tok, backend.Readable, backend.Level); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("Modify: %v", err)
	}
	if err := p.Delete(5, tok); err != nil {
		t.Errorf("Delete: %v", err)
	}

	if err := p.Add(6, tok, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	other := backend.MakeToken(4, 1)
	if err := p.Add(6, other, tok, backend.Readable, backend.Oneshot); !errors.Is(err, backend.ErrExists) {
		t.Errorf("Add of what is registered: %v", err)
	}
	s.files[6] = 61
	if err := p.Add(6, other, tok, backend.Readable, backend.Oneshot); err != nil {
		t.Errorf("Add of another file: %v", err)
	}
	if p.find(tok) != nil {
		t.Error("the closed one is still registered")
	}
}

// A change that fails leaves the registration as it was.
func TestFailedModify(t *testing.T) {
	s, p, expect := rig(t)
	if err := p.Add(5, tok, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	s.refuses = syscall.EAGAIN
	if err := p.Modify(5, tok, backend.Writable, backend.Level); !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("got %v", err)
	}
	if n := len(s.made); n != 2 {
		t.Errorf("%d associations, want one and the same again", n)
	}
	s.happens(5, PollIn|PollOut)
	expect(readable(tok))
	if err := p.Add(6, backend.MakeToken(9, 1), 0, backend.Readable, backend.Edge); !errors.Is(err, backend.ErrUnsupported) {
		t.Errorf("edge: %v", err)
	}
}

func TestMask(t *testing.T) {
	for _, c := range []struct {
		in   backend.Interest
		rd   bool
		want int
	}{
		{backend.Readable, false, 0x1},
		{backend.Readable, true, 0x4001},
		{backend.Writable, true, 0x4},
		{backend.AllInterests, true, 0x4007},
	} {
		if got := (Config{RdHup: c.rd}).encode(c.in); got != c.want {
			t.Errorf("%b: got %#x, want %#x", c.in, got, c.want)
		}
	}
	const r, w = backend.ReadyReadable, backend.ReadyWritable
	for bits, want := range map[int32]backend.Readiness{
		PollIn:            r,
		PollOut:           w,
		PollPri:           backend.ReadyPriority,
		PollRdHup:         r | backend.ReadyReadClosed,
		PollHup:           r | w | backend.ReadyHangUp | backend.ReadyReadClosed,
		PollErr:           r | w | backend.ReadyError,
		PollErr | PollHup: r | w | backend.ReadyError | backend.ReadyHangUp | backend.ReadyReadClosed | backend.ReadyConnectFailed,
	} {
		if got := decode(bits); got != want {
			t.Errorf("%#x: got %b, want %b", bits, got, want)
		}
	}
}

// FuzzHarvest: whatever a port hands out, each event is of a live, armed registration
// and says no more than was asked for.
func FuzzHarvest(f *testing.F) {
	f.Add([]byte{5, 0, 1, 1, 5, 1, 4, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		s, p, _ := rig(t)
		generation := uint32(0)
		armed := backend.Interest(0)
		events := make([]backend.Event, 3)
		for len(script) >= 2 {
			op, arg := script[0]%5, script[1]
			script = script[2:]
			tok := backend.MakeToken(2, generation)
			switch op {
			case 0:
				if p.find(tok) == nil {
					generation++
					armed = backend.Interest(arg % 8)
					if err := p.Add(5, backend.MakeToken(2, generation), 0, armed, backend.EdgeOneshot); err != nil {
						t.Fatal(err)
					}
				}
			case 1:
				in := backend.Interest(arg % 8)
				if p.Modify(5, tok, in, backend.Oneshot) == nil {
					armed = in
				}
			case 2:
				if err := p.Delete(5, tok); err != nil {
					t.Fatal(err)
				}
				armed = 0
			case 3:
				s.happens(5, int32(arg))
			case 4:
				// Anything at all.
				s.events = append(s.events, evport.Event{Source: evport.Source(arg % 8), User: uint64(arg), Events: int32(arg)})
			}
			n, err := p.Wait(events, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, ev := range events[:n] {
				if ev.Token != backend.MakeToken(2, generation) || armed == 0 || ev.Ready == 0 || ev.Ready.Mask(armed) != ev.Ready {
					t.Fatalf("%+v, armed for %b", ev, armed)
				}
				armed = 0
			}
		}
	})
}
