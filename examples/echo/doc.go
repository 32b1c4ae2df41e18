// Package echo is one server written in three styles, for docs/futures.md: everything that a
// client sends comes back to it, and when the client has finished sending the server has,
// too.
package echo
