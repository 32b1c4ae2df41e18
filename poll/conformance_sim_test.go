package poll

import (
	"errors"
	"os"
	"runtime"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/backendtest"
	"github.com/goetia-go/goetia/internal/backend/sim"
)

// TestConformanceSim holds the simulated mechanism to the contract, as epoll is
// and as AFD is. What is built on it can then be trusted, and since it panics
// when the Poller breaks its side, so can the Poller.
func TestConformanceSim(t *testing.T) {
	onceForAll(t)
	t.Parallel()
	if runtime.GOOS == "windows" || os.Getenv("GOETIA_EMULATED") != "" {
		t.Skip("nothing in the simulation depends on the system or the processor; the others have shown it")
	}
	for name, config := range map[string]sim.Config{
		"every-mode": {},
		"no-edge": {
			Modes:        backend.Modes(backend.Oneshot, backend.Level, backend.EdgeOneshot),
			Interests:    backend.Readable | backend.Writable,
			ReportsClose: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var k sim.Kernel
			backendtest.RunWith(t, modelled, func(*testing.T) backendtest.Subject {
				return simSubject{subject{newPoller("sim", k.Open(config))}, &k}
			})
		})
	}
}

// simSubject has streams of the simulation instead of sockets.
type simSubject struct {
	subject
	k *sim.Kernel
}

func (s simSubject) Pair() (_, _ backendtest.Endpoint, _ error) {
	a, b := s.k.Pipe()
	return simEnd{a}, simEnd{b}, nil
}

// simEnd has the suite's error where a call would block.
type simEnd struct{ *sim.End }

func (e simEnd) Read(p []byte) (int, error)  { return wouldBlock(e.End.Read(p)) }
func (e simEnd) Write(p []byte) (int, error) { return wouldBlock(e.End.Write(p)) }

func wouldBlock(n int, err error) (int, error) {
	if errors.Is(err, sim.ErrWouldBlock) {
		err = backendtest.ErrWouldBlock
	}
	return n, err
}
