package poll

import (
	"runtime"
	"syscall"
	"testing"
)

// TestMemory: an idle source costs the Poller no more than 200 bytes of heap,
// and nothing once it is deleted and its room is used again.
func TestMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector the runtime's own allocations count too")
	}
	const n, bound = 10_000, 200
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < n+500 {
		t.Skipf("%d descriptors are needed and %d allowed (%v)", n, limit.Cur, err)
	}
	fds := make([]int, 0, n)
	defer func() {
		for _, fd := range fds {
			syscall.Close(fd)
		}
	}()
	for len(fds) < n {
		pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		fds = append(fds, pair[0], pair[1])
	}
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			defer p.Close()
			addAll := func() {
				for i, fd := range fds {
					if err := p.Add(FD(uintptr(fd)), Key(i), Readable, Oneshot); err != nil {
						t.Fatal(err)
					}
				}
				// A mechanism may do its part when somebody looks.
				if k, err := p.Wait(make([]Event, 1), 0); k != 0 || err != nil {
					t.Fatalf("idle sources: %d, %v", k, err)
				}
			}
			before := heap()
			addAll()
			each := float64(heap()-before) / n
			t.Logf("%.1f bytes per idle source", each)
			if each > bound {
				t.Errorf("%.1f bytes per idle source, want at most %d", each, bound)
			}
			full := heap()
			for range 3 {
				for _, fd := range fds {
					if err := p.Delete(FD(uintptr(fd))); err != nil {
						t.Fatal(err)
					}
				}
				addAll()
			}
			if grown := heap() - full; grown > n*8 {
				t.Errorf("adding and deleting all three times cost %d bytes", grown)
			}
			runtime.KeepAlive(p)
		})
	}
}

// heap is how many bytes are in use after a collection.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	return int64(ms.HeapAlloc)
}
