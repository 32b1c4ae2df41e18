package afd

import (
	"testing"
	"unsafe"
)

// The offsets are C's on both word sizes. The test runs wherever tests run;
// layout.go refuses to compile where it cannot.
func TestLayout(t *testing.T) {
	word := unsafe.Sizeof(uintptr(0))
	var op Op
	for _, c := range []struct {
		name      string
		got, want uintptr
	}{
		{"PollInfo.Timeout", unsafe.Offsetof(op.Info.Timeout), 0},
		{"PollInfo.Handles", unsafe.Offsetof(op.Info.Handles), 8},
		{"PollInfo.Exclusive", unsafe.Offsetof(op.Info.Exclusive), 12},
		{"PollInfo.Handle", unsafe.Offsetof(op.Info.Handle), 16},
		{"PollInfo.Events", unsafe.Offsetof(op.Info.Events), 16 + word},
		{"PollInfo.Status", unsafe.Offsetof(op.Info.Status), 20 + word},
		{"IOStatusBlock", unsafe.Sizeof(op.IOStatusBlock), 2 * word},
		{"IOStatusBlock.Information", unsafe.Offsetof(op.IOStatusBlock.Information), word},
		{"room from Info to the end", min(unsafe.Sizeof(op)-unsafe.Offsetof(op.Info), pollInfoSize), pollInfoSize},
	} {
		if c.got != c.want {
			t.Errorf("%s is at or has %d, want %d", c.name, c.got, c.want)
		}
	}
}

func TestOutcomeTrustsEventsOnlyWithAResult(t *testing.T) {
	for _, c := range []struct {
		name   string
		status Status
		count  uint32
		want   uint32
	}{
		{"success", StatusSuccess, 1, PollReceive},
		{"displaced exclusive poll", StatusSuccess, 0, 0},
		{"cancelled", StatusCancelled, 1, 0},
		{"device closed", StatusHandlesClosed, 1, 0},
		{"still pending", StatusPending, 1, 0},
	} {
		var op Op
		op.Prepare(42, PollSend)
		if s, ev := op.Outcome(); s != StatusPending || ev != 0 {
			t.Fatalf("fresh operation: %#x %#x", s, ev)
		}
		op.IOStatusBlock.SetStatus(c.status)
		op.Info.Handles, op.Info.Events = c.count, PollReceive
		if s, ev := op.Outcome(); s != c.status || ev != c.want {
			t.Errorf("%s: got %#x, %#x; want %#x, %#x", c.name, s, ev, c.status, c.want)
		}
	}
}

func TestFailed(t *testing.T) {
	for s, want := range map[Status]bool{
		StatusSuccess: false, StatusPending: false, StatusHandlesClosed: false,
		StatusInvalidHandle: true, StatusTypeMismatch: true, StatusCancelled: true, StatusNotFound: true,
	} {
		if s.Failed() != want {
			t.Errorf("%#x.Failed() = %v", s, !want)
		}
	}
}
