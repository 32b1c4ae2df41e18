package uring

import (
	"encoding/binary"
	"testing"
	"unsafe"
)

// The offsets are C's, on both word sizes.
func TestLayout(t *testing.T) {
	var (
		s SQE
		c CQE
		p Params
	)
	for _, f := range []struct {
		name      string
		got, want uintptr
	}{
		{"sizeof SQE", unsafe.Sizeof(s), 64},
		{"SQE.FD", unsafe.Offsetof(s.FD), 4},
		{"SQE.Addr", unsafe.Offsetof(s.Addr), 16},
		{"SQE.Len", unsafe.Offsetof(s.Len), 24},
		{"SQE.Op", unsafe.Offsetof(s.Op), 28},
		{"SQE.UserData", unsafe.Offsetof(s.UserData), 32},
		{"sizeof CQE", unsafe.Sizeof(c), 16},
		{"CQE.Res", unsafe.Offsetof(c.Res), 8},
		{"CQE.Flags", unsafe.Offsetof(c.Flags), 12},
		{"sizeof Params", unsafe.Sizeof(p), 120},
		{"Params.Features", unsafe.Offsetof(p.Features), 20},
		{"Params.sq", unsafe.Offsetof(p.sq), 40},
		{"sq.array", unsafe.Offsetof(p.sq.array), 24},
		{"Params.cq", unsafe.Offsetof(p.cq), 80},
		{"cq.cqes", unsafe.Offsetof(p.cq.cqes), 20},
	} {
		if f.got != f.want {
			t.Errorf("%s is %d, want %d", f.name, f.got, f.want)
		}
	}
}

// Kernels read the mask's low half first, as the sixteen bits that it used to be.
func TestPollEvents(t *testing.T) {
	const mask = 0x2001
	var buf [4]byte
	binary.NativeEndian.PutUint32(buf[:], PollEvents(mask))
	if got := binary.NativeEndian.Uint16(buf[:2]); got != mask {
		t.Errorf("the first half is %#x, want %#x", got, mask)
	}
}
