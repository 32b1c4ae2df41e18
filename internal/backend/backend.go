package backend

import "time"

// Backend is one mechanism. The package documentation holds its rules.
type Backend interface {
	// Add registers h under tok; old is the token registered under the same
	// handle number, or zero.
	Add(h uintptr, tok, old Token, in Interest, mode Mode) error
	// Modify replaces interest and mode, and arms.
	Modify(h uintptr, tok Token, in Interest, mode Mode) error
	// Delete forgets the registration, also when h was closed before.
	Delete(h uintptr, tok Token) error
	// Wait fills events and returns how many.
	Wait(events []Event, timeout time.Duration) (int, error)
	// Notify makes the current or next Wait return.
	Notify() error
	// Features tells what this mechanism can do on this system.
	Features() Features
	// Close releases everything.
	Close() error
}

// Counter is implemented by mechanisms that count their conversation with the
// kernel.
type Counter interface {
	// Counters may be called at any time before Close begins, and after
	// Close has returned.
	Counters() Counters
}

// Counters counts what a mechanism asked of the kernel since it was opened.
// A mechanism leaves at zero what it does not have.
type Counters struct {
	// Waits is the number of system calls that wait for or fetch events.
	Waits uint64
	// Changes is the number of system calls that register, arm or modify.
	Changes uint64
	// Cancels is the number of system calls that withdraw a pending operation.
	Cancels uint64
	// Completions is the number of events or completion packets fetched.
	Completions uint64
	// Outstanding is the number of operations that the kernel holds now.
	Outstanding int64
}

// Event is what a mechanism reports.
type Event struct {
	Token Token
	Ready Readiness
}

// Token names one registration: index and generation.
type Token uint64

// WakeToken is never given to a registration; mechanisms may use it for their
// own wake-up source.
const WakeToken Token = ^Token(0)

// MakeToken joins a table index and a generation. Generations start at 1, so
// that no valid token is zero.
func MakeToken(index, generation uint32) Token {
	return Token(generation)<<32 | Token(index)
}

// Index is the table index. It is dense: a mechanism may use it to index
// arrays of its own.
func (t Token) Index() uint32 { return uint32(t) }

// Generation tells uses of the same index apart.
func (t Token) Generation() uint32 { return uint32(t >> 32) }
