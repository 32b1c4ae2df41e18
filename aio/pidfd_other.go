//go:build !linux

package aio

// pidfds: a process' handle, where it has one, is nothing that a Reactor could wait for.
const pidfds = false
