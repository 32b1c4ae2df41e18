// Package sim is a mechanism without a kernel: sources whose readiness the test
// sets, and a backend that obeys the contract of package backend in every mode.
//
// A [Kernel] holds the sources and hands out their numbers, always the lowest
// that is free, as Unix does. [Kernel.Open] makes a backend over it; several may
// watch one source. [Kernel.Pipe] makes two sources that behave as the ends of a
// stream.
//
// # Virtual time
//
// A Wait blocks on a channel and a timer and on nothing else, so inside a
// testing/synctest bubble it blocks durably, and its timeouts run on the
// bubble's clock. Open the backend inside the bubble: a channel belongs to the
// bubble that it was made in.
//
// # The other side of the contract
//
// The contract binds the caller too. A backend of this package panics when it
// is broken: calls that must not overlap and do, tokens that are invalid, used
// twice or not those of the registration, calls after Close.
package sim
