//go:build !unix

package aio

// owned: what all Conns stand upon is closed by the garbage collector if it is forgotten.
type owned struct{}
