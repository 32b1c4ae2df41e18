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
}
