package extra

import (
	"encoding/binary"
	"slices"
	"testing"
)

// inotifyEvent is one as the kernel writes it, its name padded.
func inotifyEvent(mask uint32, name string) []byte {
	size := 0
	if name != "" {
		size = (len(name) + 1 + 15) &^ 15
	}
	b := binary.NativeEndian.AppendUint32(nil, 1)
	b = binary.NativeEndian.AppendUint32(b, mask)
	b = binary.NativeEndian.AppendUint32(b, 0)
	b = binary.NativeEndian.AppendUint32(b, uint32(size))
	b = append(b, name...)
	return append(b, make([]byte, size-len(name))...)
}

func parsed(buf []byte) (list []Change) {
	parseInotify(buf, func(c Change) { list = append(list, c) })
	return list
}

func TestParseInotify(t *testing.T) {
	const ignored = 0x8000
	buf := slices.Concat(
		inotifyEvent(inCreate, "a"),
		inotifyEvent(inMovedFrom, "a name of more than sixteen bytes"),
		inotifyEvent(inDeleteSelf, ""),
		inotifyEvent(ignored, ""),
		inotifyEvent(inQOverflow, ""),
	)
	want := []Change{
		{"a", Created}, {"a name of more than sixteen bytes", Renamed | Removed}, {"", Removed | Gone}, {"", Overflow},
	}
	if got := parsed(buf); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := parsed(buf[:len(buf)-20]); len(got) != 3 {
		t.Errorf("cut short: %v", got)
	}
}

func FuzzParseInotify(f *testing.F) {
	f.Add(inotifyEvent(inCreate, "a"))
	f.Add(append(inotifyEvent(inDelete, "b"), 0xff, 0xff))
	f.Fuzz(func(t *testing.T, buf []byte) {
		for _, c := range parsed(buf) {
			if c.Op == 0 || len(c.Name) > len(buf) {
				t.Errorf("%+v", c)
			}
		}
	})
}

// Nobody takes: what is kept is bounded, and the end is told all the same.
func TestChangesAreBounded(t *testing.T) {
	var c changes
	for i := range 3 * maxChanges {
		c.add(Change{Name: string(rune('a' + i%2)), Op: Written})
		c.add(Change{Name: "same", Op: Written})
		c.add(Change{Name: "same", Op: Written})
	}
	c.add(Change{Op: Removed | Gone})
	list := c.Take()
	if len(list) > maxChanges {
		t.Errorf("%d changes were kept", len(list))
	}
	var all Op
	for _, ch := range list {
		all |= ch.Op
	}
	if all&Overflow == 0 || all&Gone == 0 {
		t.Errorf("neither lost nor gone, or only one: %v", all)
	}
	if c.Take() != nil {
		t.Error("taken twice")
	}
}

func TestOpString(t *testing.T) {
	for op, want := range map[Op]string{0: "nothing", Created | Gone: "created|gone", Overflow: "overflow"} {
		if got := op.String(); got != want {
			t.Errorf("%d: %q, want %q", op, got, want)
		}
	}
}
