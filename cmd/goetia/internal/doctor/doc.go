// Package doctor examines the mechanisms of this system: whether each can be
// had, what it says of itself, and whether it does what it says on a real TCP
// connection over the loopback interface.
//
// A mechanism is examined on a goroutine of its own with a time limit, so that
// one which hangs is reported like any other fault.
package doctor
