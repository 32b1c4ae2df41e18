package httppark

import (
	"reflect"
	"testing"
)

// TestSize: there is one for each connection.
func TestSize(t *testing.T) {
	if size := reflect.TypeFor[plain]().Size(); size > 96 {
		t.Errorf("a connection takes %d bytes, want at most 96", size)
	}
	if size := reflect.TypeFor[thin]().Size(); size > 64 {
		t.Errorf("what a thin one has of its own takes %d bytes, want at most 64", size)
	}
}
