// Package backendtest is the conformance suite of the readiness mechanisms: one
// function, [Run], that opens a Poller over one mechanism again and again and
// holds it to the contract of package backend.
//
// The suite looks from above, through a [Subject] shaped like the Poller, so
// that it covers what the Poller adds as well: generations, timeouts, several
// waiters, coalesced notifications, closing. The other side of every socket is
// driven by plain system calls on descriptors that the suite makes itself,
// because some of the cases are about the numbers.
//
// Each case is an entry in a table: a name, a sentence that says what it shows,
// and the modes it applies to. A case runs for each of these modes that the
// mechanism has. What a mechanism's Features rule out is skipped, and the skip
// says why.
//
// No case sleeps to let something happen. A case that expects something waits
// for it for up to [patience]; a case that expects nothing makes something else
// happen afterwards and sees that first (a fence).
package backendtest
