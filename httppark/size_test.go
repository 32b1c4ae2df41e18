package httppark

import (
	"reflect"
	"testing"
)

// TestSize: there is one for each connection.
func TestSize(t *testing.T) {
	if size := reflect.TypeFor[plain]().Size(); size > 128 {
		t.Errorf("a connection takes %d bytes, want at most 128", size)
	}
}
