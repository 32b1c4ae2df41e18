//go:build !plan9

package poll

import (
	"runtime"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/backendtest"
	"github.com/goetia-go/goetia/internal/backend/evport"
	"github.com/goetia-go/goetia/internal/backend/evport/evporttest"
	"github.com/goetia-go/goetia/internal/backend/sim"
)

// TestConformanceEventPort holds the event port mechanism to the contract, over a model
// of a port whose descriptors are simulated.
func TestConformanceEventPort(t *testing.T) {
	onceForAll(t)
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("nothing in the simulation depends on the system; the others have shown it")
	}
	for name, config := range map[string]evport.Config{"illumos": {RdHup: true}, "solaris": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var k sim.Kernel
			backendtest.RunWith(t, modelled, func(*testing.T) backendtest.Subject {
				b := evport.New(evporttest.New(evporttest.World{
					Backend: k.Open(sim.Config{}),
					File: func(h uintptr) any {
						if s := k.Lookup(h); s != nil {
							return s
						}
						return nil
					},
					Identify: func(h uintptr) (evport.Identity, error) {
						s := k.Lookup(h)
						if s == nil {
							return evport.Identity{}, backend.ErrBadDescriptor
						}
						return evport.Identity{Ino: s.Inode()}, nil
					},
				}), config)
				return simSubject{subject{newPoller("evport", b)}, &k}
			})
		})
	}
}
