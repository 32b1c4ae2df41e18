package uring

import (
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
)

func TestEncode(t *testing.T) {
	for in, want := range map[backend.Interest]uint32{
		0:                                   0,
		backend.Readable:                    0x2001,
		backend.Writable:                    0x4,
		backend.Readable | backend.Writable: 0x2005,
	} {
		if got := encode(in); got != want {
			t.Errorf("%b: got %#x, want %#x", in, got, want)
		}
	}
}

func TestDecode(t *testing.T) {
	const r, w = backend.ReadyReadable, backend.ReadyWritable
	for res, want := range map[int32]backend.Readiness{
		0x1:           r,
		0x4:           w,
		0x5:           r | w,
		0x2:           0,
		0x2000:        r | backend.ReadyReadClosed,
		0x8:           r | w | backend.ReadyError,
		0x10:          r | w | backend.ReadyHangUp | backend.ReadyReadClosed,
		0x18:          r | w | backend.ReadyHangUp | backend.ReadyReadClosed | backend.ReadyError | backend.ReadyConnectFailed,
		-95:           r | w | backend.ReadyError,
		badDescriptor: r | w | backend.ReadyError,
	} {
		if got := decode(res); got != want {
			t.Errorf("%#x: got %b, want %b", res, got, want)
		}
	}
}
