// Package faulty wraps a backend and makes it misbehave: as kernels do now and
// then, and as no kernel should.
//
// A [Plan] says what goes wrong: calls that fail at a given count, and chances
// per Wait or per event for the rest. All of it is drawn from one seeded source
// and recorded, so that a test can say what it survived, and a failing one can
// be run again.
//
// What the Poller above must make of it: nothing stale or unasked reaches the
// user, a oneshot registration reports at most once for each time it was armed,
// no timeout ends early, errors surface and change nothing else.
package faulty
