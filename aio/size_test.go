//go:build unix && (amd64 || arm64)

package aio

import (
	"reflect"
	"testing"
)

// TestConnSize: an idle Conn is one allocation of this size class, with its Source (128 bytes) and a
// callback beside it.
func TestConnSize(t *testing.T) {
	if size := reflect.TypeFor[Conn]().Size(); size > 144 {
		t.Errorf("a Conn takes %d bytes", size)
	}
}
