//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

func interruptible(*exec.Cmd) {}

func signal(p *os.Process, term bool) error {
	if term {
		return p.Signal(syscall.SIGTERM)
	}
	return p.Signal(os.Interrupt)
}
