package poll

import (
	"os"
	"runtime"
	"testing"

	"github.com/goetia-go/goetia/internal/backend/backendtest"
	"github.com/goetia-go/goetia/internal/backend/sim"
	"github.com/goetia-go/goetia/internal/backend/socknotify"
	"github.com/goetia-go/goetia/internal/backend/socknotify/socknotifytest"
)

// socknotifyConfigs are systems that differ, and what the manual leaves open.
var socknotifyConfigs = map[string]struct {
	config socknotify.Config
	quirks socknotifytest.Quirk
}{
	"documented":   {config: socknotify.Config{Wide: true, Edge: true, KeepsKey: true}},
	"narrow":       {config: socknotify.Config{Edge: true, KeepsKey: true}},
	"overwritten":  {config: socknotify.Config{Wide: true, Precise: true}, quirks: socknotifytest.Overwrite | socknotifytest.FirstDecides},
	"late-removal": {config: socknotify.Config{Wide: true, Edge: true, KeepsKey: true}, quirks: socknotifytest.Late},
	"inconvenient": {
		config: socknotify.Config{Wide: true, Edge: true, KeepsKey: true},
		quirks: socknotifytest.Late | socknotifytest.Revive | socknotifytest.Survive | socknotifytest.Sticky | socknotifytest.FirstDecides,
	},
}

// TestConformanceSocknotify holds the mechanism to the contract, over a model of
// Windows' socket notifications whose descriptors are simulated.
func TestConformanceSocknotify(t *testing.T) {
	onceForAll(t)
	t.Parallel()
	if os.Getenv("GOETIA_EMULATED") != "" {
		t.Skip("the mechanism waits a second for news of a removal, and an emulator's threads can take longer")
	}
	if runtime.GOOS == "windows" {
		t.Skip("nothing in the simulation depends on the system; the others have shown it")
	}
	for name, c := range socknotifyConfigs {
		t.Run(name, func(t *testing.T) {
			likeRaced(t, name, "inconvenient", "overwritten")
			t.Parallel()
			var k sim.Kernel
			var host socknotifytest.Host
			backendtest.RunWith(t, modelled, func(*testing.T) backendtest.Subject {
				b := socknotify.New(socknotifytest.New(socknotifytest.World{
					Host: &host, Quirks: c.quirks,
					Edge: k.Open(sim.Config{}), Level: k.Open(sim.Config{}),
					File: func(h uintptr) any {
						if s := k.Lookup(h); s != nil {
							return s
						}
						return nil
					},
				}), c.config)
				return simSubject{subject{newPoller(SockNotify, b)}, &k}
			})
		})
	}
}
