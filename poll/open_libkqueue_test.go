//go:build linux && cgo && libkqueue

package poll

import (
	"testing"

	"github.com/goetia-go/goetia/internal/backend/backendtest"
	"github.com/goetia-go/goetia/internal/backend/kqueue"
	"github.com/goetia-go/goetia/internal/backend/kqueue/libkqueue"
)

// Cases that libkqueue 2.3.1 cannot pass, whatever asks it.
var libkqueueCannot = map[string]string{
	"reset":           "libkqueue reads SO_ERROR to fill fflags, and so takes the error from the next read",
	"connect-refused": "libkqueue reads SO_ERROR to fill fflags, and so takes the error from the program",
	"duplicate": "libkqueue watches the open file and not the number, as the epoll beneath it does; " +
		"of a closed number with a duplicate it goes on reporting, and cannot be told to stop",
}

// TestConformanceLibkqueue holds the kqueue mechanism to the contract over libkqueue.
func TestConformanceLibkqueue(t *testing.T) {
	backendtest.RunWith(t, backendtest.Options{Except: libkqueueCannot}, func(t *testing.T) backendtest.Subject {
		k, err := libkqueue.Open()
		if err != nil {
			t.Fatal(err)
		}
		return subject{newPoller("kqueue", linuxlike{kqueue.New(k, libkqueue.Config)})}
	})
}
