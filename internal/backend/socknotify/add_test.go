package socknotify

import (
	"errors"
	"strings"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

func TestAddFails(t *testing.T) {
	for r, want := range map[socknotify.Result]error{
		notASock: backend.ErrBadDescriptor, scarce: nil, 87: backend.ErrUnsupported, 10022: backend.ErrUnsupported,
	} {
		for _, whole := range []bool{true, false} {
			p, k := opened(t)
			refuse := func(reg socknotify.Registration) socknotify.Result {
				if reg.Op == socknotify.Enable {
					return r
				}
				return notFound
			}
			if whole {
				k.fail = func(regs []socknotify.Registration) socknotify.Result { return refuse(regs[0]) }
			} else {
				k.answer = refuse
			}
			err := p.Add(5, tok, 0, backend.Readable, backend.Edge)
			if err == nil || want != nil && !errors.Is(err, want) || want == nil && errors.Is(err, backend.ErrUnsupported) {
				t.Errorf("%d: %v, want %v", r, err, want)
			}
			if want == backend.ErrUnsupported && !strings.Contains(err.Error(), "package net") {
				t.Errorf("%d: the error does not say why: %v", r, err)
			}
			if err := p.Modify(5, tok, backend.Readable, backend.Oneshot); !errors.Is(err, backend.ErrNotFound) {
				t.Errorf("%d: something is left: %v", r, err)
			}
		}
	}
}

// Whether a socket may be registered is decided before anything is.
func TestAddCannotVacate(t *testing.T) {
	p, k := opened(t)
	k.answer = func(r socknotify.Registration) socknotify.Result {
		if r.Op == socknotify.Remove {
			return scarce
		}
		return socknotify.Success
	}
	if err := p.Add(5, tok, 0, backend.Readable, backend.Oneshot); err == nil || errors.Is(err, backend.ErrExists) {
		t.Errorf("got %v", err)
	}
	if len(k.log) != 1 {
		t.Errorf("changes %+v", k.log)
	}
}

// present makes the kernel have one registration, of socket 5 and with some key.
func present(k *script, key uintptr) {
	k.answer = func(r socknotify.Registration) socknotify.Result {
		if r.Op == socknotify.Remove {
			if key == 0 {
				return notFound
			}
			k.packets = append(k.packets, iocp.Entry{Key: key, Bytes: uint32(socknotify.Removed)})
			key = 0
			return socknotify.Success
		}
		if key == 0 {
			key = r.Key
		}
		return socknotify.Success
	}
}

// Adding what is registered finds that out by removing it, and makes it again as it was.
func TestAddTwice(t *testing.T) {
	for _, armed := range []bool{true, false} {
		p, k := opened(t)
		present(k, 0)
		add(t, p, 5, tok, backend.Readable, backend.Oneshot)
		if !armed {
			k.packets = []iocp.Entry{packet(tok, socknotify.In)}
			wait(t, p, event(tok, backend.ReadyReadable))
		}
		k.log = nil
		err := p.Add(5, backend.MakeToken(4, 1), tok, backend.Writable, backend.Level)
		if !errors.Is(err, backend.ErrExists) {
			t.Fatalf("armed %t: %v", armed, err)
		}
		want := socknotify.Registration{Socket: 5, Key: keyed(tok), Op: socknotify.Enable, Trigger: once}
		if armed {
			want.Filter = uint16(socknotify.In | socknotify.HangUp)
		}
		if got := k.taken(); len(got) != 2 || got[1] != want {
			t.Errorf("armed %t: the changes were %+v, and in the end %+v is due", armed, got, want)
		}
		k.packets = []iocp.Entry{packet(tok, socknotify.In)}
		if armed {
			wait(t, p, event(tok, backend.ReadyReadable))
		} else {
			wait(t, p)
		}
	}
}

// The same source under another number (a duplicate) is the same registration.
func TestAddUnderAnotherNumber(t *testing.T) {
	p, k := opened(t)
	present(k, 0)
	add(t, p, 5, tok, backend.Readable, backend.Edge)
	k.look = func(s uintptr) (socknotify.Events, error) {
		if s != 5 {
			t.Errorf("looked at %d", s)
		}
		return socknotify.In, nil
	}
	if err := p.Add(6, backend.MakeToken(4, 1), 0, backend.Readable, backend.Edge); !errors.Is(err, backend.ErrExists) {
		t.Fatal(err)
	}
	wait(t, p, event(tok, backend.ReadyReadable)) // an edge might have been missed
	if err := p.Modify(6, backend.MakeToken(4, 1), 0, backend.Oneshot); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("the second is known: %v", err)
	}
}

// If the first number was closed, the registration is the second's.
func TestAddOfALastDuplicate(t *testing.T) {
	p, k := opened(t)
	present(k, 0)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	normal := k.answer
	k.answer = func(r socknotify.Registration) socknotify.Result {
		if r.Socket == 5 {
			return notASock
		}
		return normal(r)
	}
	second := backend.MakeToken(4, 1)
	if err := p.Add(6, second, 0, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	if err := p.Modify(5, tok, 0, backend.Oneshot); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("the first is known: %v", err)
	}
	k.packets = []iocp.Entry{packet(tok, socknotify.In), packet(second, socknotify.In)}
	wait(t, p, event(second, backend.ReadyReadable))
}

// A registration that nobody knows (its number was closed, a duplicate was left) gives way.
func TestAddOverAnOrphan(t *testing.T) {
	p, k := opened(t)
	present(k, keyed(backend.MakeToken(77, 3)))
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	k.packets = append(k.packets, packet(tok, socknotify.In))
	wait(t, p, event(tok, backend.ReadyReadable))
}

// A number that was closed and is somebody else's: what was registered is forgotten.
func TestReusedNumber(t *testing.T) {
	p, k := opened(t)
	add(t, p, 5, tok, backend.Readable, backend.Oneshot)
	fresh := backend.MakeToken(4, 1)
	if err := p.Add(5, fresh, tok, backend.Readable, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	k.packets = []iocp.Entry{packet(tok, socknotify.In), packet(fresh, socknotify.In)}
	wait(t, p, event(fresh, backend.ReadyReadable))
	if err := p.Modify(5, tok, 0, backend.Oneshot); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("the old one is known: %v", err)
	}
}
