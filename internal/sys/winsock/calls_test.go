//go:build windows

package winsock

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

func TestPollFDLayout(t *testing.T) {
	word := unsafe.Sizeof(uintptr(0))
	var fd PollFD
	if unsafe.Sizeof(fd) != 2*word && unsafe.Sizeof(fd) != word+4 {
		t.Errorf("WSAPOLLFD has %d bytes", unsafe.Sizeof(fd))
	}
	if unsafe.Offsetof(fd.Events) != word || unsafe.Offsetof(fd.Revents) != word+2 {
		t.Errorf("masks are at %d and %d", unsafe.Offsetof(fd.Events), unsafe.Offsetof(fd.Revents))
	}
}

func TestPair(t *testing.T) {
	information := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetHandleInformation")
	near, far, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	if Local(near) != Peer(far) || Peer(near) != Local(far) {
		t.Errorf("not connected to one another: %v-%v, %v-%v", Local(near), Peer(near), Local(far), Peer(far))
	}
	for _, s := range []uintptr{near, far} {
		if typ, err := Type(s); typ != windows.SOCK_STREAM || err != nil {
			t.Errorf("type %d, %v", typ, err)
		}
		var flags uint32
		if r, _, err := information.Call(s, uintptr(unsafe.Pointer(&flags))); r == 0 || flags&windows.HANDLE_FLAG_INHERIT != 0 {
			t.Errorf("inherited by child processes: %#x, %v", flags, err)
		}
	}
	var buf [8]byte
	if _, blocked, err := Receive(near, buf[:]); !blocked || err != nil {
		t.Errorf("receiving nothing: blocked %v, %v", blocked, err)
	}
	if _, err := Send(far, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	fds := []PollFD{{Socket: near, Events: PollRdNorm}, {Socket: far, Events: PollRdNorm}}
	if n, err := Poll(fds, 10_000); n != 1 || err != nil || fds[0].Revents != PollRdNorm || fds[1].Revents != 0 {
		t.Errorf("poll: %d, %v, %+v", n, err, fds)
	}
	if n, _, err := Receive(near, buf[:]); n != 5 || err != nil {
		t.Errorf("received %d, %v", n, err)
	}
	for _, s := range []uintptr{near, far} {
		if err := Close(s); err != nil {
			t.Error(err)
		}
	}
	if _, err := Type(near); !IsNotSocket(err) {
		t.Errorf("type of a closed socket: %v", err)
	}
	if Local(near) != (Name{}) || Peer(near) != (Name{}) {
		t.Error("a closed socket has an address")
	}
}

func TestLoop(t *testing.T) {
	s, err := Loop()
	if err != nil {
		t.Fatal(err)
	}
	defer Close(s)
	if Local(s) != Peer(s) {
		t.Errorf("not connected to itself: %v, %v", Local(s), Peer(s))
	}
	var buf [8]byte
	for range 3 {
		if _, err := Send(s, []byte("loop")); err != nil {
			t.Fatal(err)
		}
		fds := []PollFD{{Socket: s, Events: PollRdNorm}}
		if n, err := Poll(fds, 10_000); n != 1 || err != nil {
			t.Fatalf("poll: %d, %v", n, err)
		}
		if n, _, err := Receive(s, buf[:]); n != 4 || err != nil {
			t.Fatalf("received %d, %v", n, err)
		}
		if _, blocked, err := Receive(s, buf[:]); !blocked || err != nil {
			t.Fatalf("receiving nothing: blocked %v, %v", blocked, err)
		}
	}
}

// A socket of the system's own provider is its own base, and what is no socket has none.
func TestBase(t *testing.T) {
	s, err := Loop()
	if err != nil {
		t.Fatal(err)
	}
	if base, err := Base(s); base != s || err != nil {
		t.Errorf("the base of %#x is %#x, %v", s, base, err)
	}
	if err := Close(s); err != nil {
		t.Fatal(err)
	}
	if _, err := Base(s); !IsNotSocket(err) {
		t.Errorf("the base of a closed socket: %v", err)
	}
}

func TestCallsDoNotAllocate(t *testing.T) {
	near, far, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer Close(near)
	defer Close(far)
	fds := []PollFD{{Socket: near, Events: PollRdNorm}}
	one := []byte{1}
	buf := make([]byte, 8)
	allocs := testing.AllocsPerRun(20, func() {
		Send(far, one)
		Poll(fds, 1000)
		Receive(near, buf)
		Local(near)
		Peer(near)
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
