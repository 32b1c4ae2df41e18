//go:build !unix

package aio

// owned: what all Conns stand upon is closed by the garbage collector if it is forgotten.
//
//lint:ignore U1000 a Loop has it so that it can be something on Unix
type owned struct{}
