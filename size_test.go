package goetia

import (
	"reflect"
	"testing"
)

// TestSizes: most connections have one watch, and that allocation is in the size class of
// 128 bytes. The next one has 144.
func TestSizes(t *testing.T) {
	if size := reflect.TypeFor[first]().Size(); size > 128 {
		t.Errorf("a Source with its Watch takes %d bytes", size)
	}
}
