package poll

import (
	"os"
	"runtime"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/backendtest"
	"github.com/goetia-go/goetia/internal/backend/fallback"
	"github.com/goetia-go/goetia/internal/backend/sim"
)

// TestConformanceFallback holds two mechanisms in one to the contract, where the
// first takes no source, every other one, or all.
func TestConformanceFallback(t *testing.T) {
	onceForAll(t)
	t.Parallel()
	if runtime.GOOS == "windows" || os.Getenv("GOETIA_EMULATED") != "" {
		t.Skip("nothing in the simulation depends on the system or the processor; the others have shown it")
	}
	for name, refused := range map[string]func(h uintptr) bool{
		"all-refused":  func(uintptr) bool { return true },
		"half-refused": func(h uintptr) bool { return h/2%2 == 0 },
		"none-refused": func(uintptr) bool { return false },
		"every-second": func(h uintptr) bool { return h%2 == 0 },
	} {
		t.Run(name, func(t *testing.T) {
			likeRaced(t, name, "half-refused")
			t.Parallel()
			var k sim.Kernel
			backendtest.RunWith(t, modelled, func(*testing.T) backendtest.Subject {
				b := fallback.New(picky{k.Open(sim.Config{}), refused}, func() (backend.Backend, error) {
					return k.Open(sim.Config{}), nil
				})
				return simSubject{subject{newPoller("fallback", b)}, &k}
			})
		})
	}
}

// picky is a mechanism that some sources hide from.
type picky struct {
	*sim.Poll
	refused func(h uintptr) bool
}

func (p picky) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	if p.refused(h) {
		return backend.ErrNoBaseSocket
	}
	return p.Poll.Add(h, tok, old, in, mode)
}
