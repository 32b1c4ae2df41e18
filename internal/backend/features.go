package backend

import "time"

// Features describes a mechanism as data.
type Features struct {
	// Modes has bit 1<<mode set for each mode that is honoured.
	Modes uint8
	// Interests are the interests that can be asked for.
	Interests Interest
	// Readiness are the kinds that can be reported.
	Readiness Readiness
	// ReportsClose: closing a source that is armed, and that has not become ready
	// since, is told by a Closed event.
	ReportsClose bool
	// ForgetsClosed: a source closed without Delete is never confused with
	// a later one that got the same number, even if nobody adds that one.
	ForgetsClosed bool
	// HoldsOpen: the kernel keeps the file of an armed source open. Closed without
	// Delete, its connection goes on, and so may its events.
	HoldsOpen bool
	// ExactConnectFailed: ConnectFailed is reported for connection attempts only.
	ExactConnectFailed bool
	// ReportsUnconnected: a stream socket that was never connected is
	// reported (Linux says Writable and HangUp; AFD says nothing).
	ReportsUnconnected bool
	// SocketsOnly: descriptors other than sockets are refused.
	SocketsOnly bool
	// Exclusive: a source can be in one Poller only, and in none if something else
	// has claimed it, as the runtime has package net's sockets on Windows.
	Exclusive bool
	// Linear: a wait costs time in proportion to the registered sources.
	Linear bool
	// Resolution is how much later than its timeout a Wait may return on an
	// idle machine, by the mechanism's own doing.
	Resolution time.Duration
}

// Modes builds the Modes bit set.
func Modes(modes ...Mode) uint8 {
	var set uint8
	for _, m := range modes {
		set |= 1 << m
	}
	return set
}

// Supports says whether the mode is honoured.
func (f Features) Supports(m Mode) bool { return m < ModeCount && f.Modes&(1<<m) != 0 }
