//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package kevent

import (
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The flags have one number everywhere; a difference does not compile.
var _ = [1]struct{}{}[Add-unix.EV_ADD|Delete-unix.EV_DELETE|Enable-unix.EV_ENABLE|Disable-unix.EV_DISABLE|
	Oneshot-unix.EV_ONESHOT|Clear-unix.EV_CLEAR|Error-unix.EV_ERROR|EOF-unix.EV_EOF]

var _ = [1]struct{}{}[Exit-unix.NOTE_EXIT|Deleted-unix.NOTE_DELETE|Written-unix.NOTE_WRITE|Extended-unix.NOTE_EXTEND|
	Attributes-unix.NOTE_ATTRIB|Renamed-unix.NOTE_RENAME|Revoked-unix.NOTE_REVOKE]

// FD is the queue's descriptor, readable while there are events.
func (q *Queue) FD() int { return q.fd }

// Queue is a kqueue.
type Queue struct {
	fd int
	// fetched belongs to Fetch.
	fetched []unix.Kevent_t
}

// Open makes a queue that child processes do not inherit (a fork never does).
func Open() (*Queue, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Kqueue()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	unix.CloseOnExec(fd)
	return &Queue{fd: fd}, nil
}

// maxChanges is how many changes one call of Change takes.
const maxChanges = 8

// Change makes changes, at most eight, and fills outcome with what became of those that
// were tried; it may run beside Fetch. With one change and no room for an outcome
// the error is returned; otherwise it comes as an outcome with Error set.
func (q *Queue) Change(changes, outcome []Event) (int, error) {
	// Memory without pointers, whatever the type says: Udata is none.
	var memory [2 * maxChanges * unsafe.Sizeof(unix.Kevent_t{}) / 8]uint64
	all := unsafe.Slice((*unix.Kevent_t)(unsafe.Pointer(&memory)), 2*maxChanges)
	raw, out := all[:len(changes)], all[maxChanges:][:len(outcome)]
	for i := range changes {
		encode(&raw[i], &changes[i])
	}
	var now unix.Timespec
	n, err := unix.Kevent(q.fd, raw, out, &now)
	if err != nil {
		return 0, err
	}
	for i := range out[:n] {
		outcome[i] = decode(&out[i])
	}
	return n, nil
}

// Fetch waits for events; negative is no limit.
func (q *Queue) Fetch(events []Event, timeout time.Duration) (int, error) {
	if len(q.fetched) < len(events) {
		memory := make([]uint64, uintptr(len(events))*(unsafe.Sizeof(unix.Kevent_t{})+7)/8)
		q.fetched = unsafe.Slice((*unix.Kevent_t)(unsafe.Pointer(&memory[0])), len(events))
	}
	var limit *unix.Timespec
	if timeout >= 0 {
		ts := unix.NsecToTimespec(int64(timeout))
		limit = &ts
	}
	n, err := unix.Kevent(q.fd, nil, q.fetched[:len(events)], limit)
	if err != nil {
		return 0, err
	}
	for i := range q.fetched[:n] {
		events[i] = decode(&q.fetched[i])
	}
	return n, nil
}

// Close ends the queue.
func (q *Queue) Close() error { return os.NewSyscallError("close", unix.Close(q.fd)) }

func encode(k *unix.Kevent_t, ev *Event) {
	unix.SetKevent(k, int(ev.Ident), int(numbers[ev.Filter]), int(ev.Flags))
	k.Fflags = ev.Fflags
	set(&k.Data, ev.Data)
	if ev.Filter == Except && ev.Flags&Add != 0 {
		k.Fflags = noteOOB
	}
	// No pointer is stored, also not where the field is declared as one.
	*(*uintptr)(unsafe.Pointer(&k.Udata)) = ev.Udata
}

// set writes a field whose type is not the same everywhere.
func set[T ~int | ~int32 | ~int64](field *T, value int64) { *field = T(value) }

func decode(k *unix.Kevent_t) Event {
	ev := Event{
		Ident: uintptr(k.Ident), Filter: Other, Flags: Flags(k.Flags),
		Fflags: k.Fflags, Data: int64(k.Data),
		Udata: *(*uintptr)(unsafe.Pointer(&k.Udata)),
	}
	for f, number := range numbers {
		if number != absent && int32(k.Filter) == number {
			ev.Filter = Filter(f)
		}
	}
	return ev
}

// absent is no filter's number.
const absent = 1 << 20

// Has says whether this system has a filter at all; whether its kernel does is for
// whoever adds one to find out.
func Has(f Filter) bool { return int(f) < len(numbers) && numbers[f] != absent }
