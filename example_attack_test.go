package goetia_test

import (
	"sync/atomic"
	"testing"

	"github.com/goetia-go/goetia"
)

// TestProxyReset: when one end of what the example joins is reset, the other end is told, in the
// middle of much that is under way as well as when nothing is.
func TestProxyReset(t *testing.T) {
	for name, busy := range map[string]bool{"busy": true, "idle": false} {
		t.Run(name, func(t *testing.T) {
			client, inside := goetia.TCP(t)
			outside, server := goetia.TCP(t)
			var waits atomic.Int64
			done := make(chan error, 2)
			if err := join(inside, outside, &waits, func(err error) { done <- err }); err != nil {
				t.Fatal(err)
			}
			if busy {
				go func() { _, _ = client.Write(make([]byte, 64<<20)) }()
				one := make([]byte, 1)
				if _, err := server.Read(one); err != nil {
					t.Fatal(err)
				}
			}
			if err := client.SetLinger(0); err != nil {
				t.Fatal(err)
			}
			client.Close()
			rest := make([]byte, 1<<16)
			for {
				if _, err := server.Read(rest); err != nil {
					break // the end, or a reset
				}
			}
			if err := <-done; err == nil {
				t.Error("nothing is said to have failed")
			}
		})
	}
}
