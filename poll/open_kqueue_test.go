//go:build !plan9

package poll

import (
	"runtime"
	"testing"

	"github.com/goetia-go/goetia/internal/backend/backendtest"
	"github.com/goetia-go/goetia/internal/backend/kqueue"
	"github.com/goetia-go/goetia/internal/backend/kqueue/kqueuetest"
	"github.com/goetia-go/goetia/internal/backend/sim"
)

// kqueueConfigs are the systems that differ.
var kqueueConfigs = map[string]kqueue.Config{
	"macos":  {Receipts: true, Dispatch: true, Except: true, Wide: true},
	"netbsd": {Wide: true},
	"narrow": {Receipts: true, Dispatch: true},
}

// TestConformanceKqueue holds the kqueue mechanism to the contract, over a model of
// kqueue whose descriptors are simulated.
func TestConformanceKqueue(t *testing.T) {
	onceForAll(t)
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("nothing in the simulation depends on the system; the others have shown it")
	}
	for name, config := range kqueueConfigs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var k sim.Kernel
			backendtest.RunWith(t, modelled, func(*testing.T) backendtest.Subject {
				b := kqueue.New(kqueuetest.New(kqueuetest.World{
					Edge: k.Open(sim.Config{}), Level: k.Open(sim.Config{}),
					File: func(h uintptr) any {
						if s := k.Lookup(h); s != nil {
							return s
						}
						return nil
					},
					WakeUdata: kqueue.WakeUdata,
				}), config)
				return simSubject{subject{newPoller("kqueue", b)}, &k}
			})
		})
	}
}
