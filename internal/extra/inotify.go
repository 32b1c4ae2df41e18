package extra

import (
	"bytes"
	"encoding/binary"
)

// The bits of inotify(7).
const (
	inModify     = 0x2
	inAttrib     = 0x4
	inMovedFrom  = 0x40
	inMovedTo    = 0x80
	inCreate     = 0x100
	inDelete     = 0x200
	inDeleteSelf = 0x400
	inMoveSelf   = 0x800
	inUnmount    = 0x2000
	inQOverflow  = 0x4000
)

var inotifyOps = []struct {
	bit uint32
	op  Op
}{
	{inModify, Written},
	{inAttrib, Attributes},
	{inMovedFrom, Renamed | Removed},
	{inMovedTo, Renamed | Created},
	{inCreate, Created},
	{inDelete, Removed},
	{inDeleteSelf, Removed | Gone},
	{inMoveSelf, Renamed | Gone},
	{inUnmount, Gone},
	{inQOverflow, Overflow},
}

// inotifyHeader is the size of struct inotify_event without the name.
const inotifyHeader = 16

// parseInotify calls back for each event of a buffer that was read from an inotify
// descriptor. What is cut short is left out; the kernel cuts nothing.
func parseInotify(buf []byte, each func(Change)) {
	for len(buf) >= inotifyHeader {
		mask := binary.NativeEndian.Uint32(buf[4:])
		size := uint64(binary.NativeEndian.Uint32(buf[12:]))
		buf = buf[inotifyHeader:]
		if size > uint64(len(buf)) {
			return
		}
		name, _, _ := bytes.Cut(buf[:size], []byte{0})
		buf = buf[size:]
		var op Op
		for _, o := range inotifyOps {
			if mask&o.bit != 0 {
				op |= o.op
			}
		}
		if op != 0 { // IN_IGNORED says what was said
			each(Change{Name: string(name), Op: op})
		}
	}
}
