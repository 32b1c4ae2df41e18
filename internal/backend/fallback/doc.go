// Package fallback joins two mechanisms into one. The primary serves every
// source that it can; what it refuses with backend.ErrNoBaseSocket goes to the
// secondary, which is opened when the first such source comes.
//
// It is made for Windows, where AFD cannot poll a socket of a layered provider
// that hides its base socket, and WSAPoll can.
//
// # One Wait over two
//
// While the secondary has no sources, a call goes straight to the primary.
// Otherwise Wait first looks at both without waiting, in turns, so that neither
// starves the other. If there is nothing, it sleeps in the primary while a
// goroutine sleeps in the secondary for it; whoever wakes first ends the other's
// sleep. Between two Waits nobody asks the secondary, so what it reports is as
// fresh as its own Waits are, and level mode does not spin.
//
// # Features
//
// They are the primary's. A mode or interest that the secondary lacks is refused
// for its sources only, with ErrUnsupported. Kinds of readiness that the primary's
// Features do not promise are removed from the secondary's events, and so is
// ConnectFailed if the primary is exact about it and the secondary is not. What
// Features say about closed sources may not hold for the secondary's.
package fallback
