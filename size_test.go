package goetia

import (
	"reflect"
	"testing"
)

// TestSizes: most connections have one watch, and that allocation is in the size class of
// 144 bytes. The next one has 160.
func TestSizes(t *testing.T) {
	if size := reflect.TypeFor[first]().Size(); size > 144 {
		t.Errorf("a Source with its Watch takes %d bytes", size)
	}
}
