package main

import (
	"log"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/windows"
)

// interruptible gives the program a console of its own, without a window, so that
// a Ctrl-C reaches nobody else.
func interruptible(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NO_WINDOW}
}

// signal types Ctrl-C; Windows has no other signal for another process. Only a
// process in the same console can do that, so the test binary is run once more.
func signal(p *os.Process, _ bool) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), ctrlC+"="+strconv.Itoa(p.Pid))
	c.Stderr = os.Stderr
	return c.Run()
}

const ctrlC = "GOETIA_TEST_CTRL_C"

// init is run before the tests of every test binary, and so of the one that
// signal starts.
func init() {
	pid, err := strconv.Atoi(os.Getenv(ctrlC))
	if err != nil {
		return
	}
	kernel := windows.NewLazySystemDLL("kernel32.dll")
	for _, c := range []struct {
		name string
		args []uintptr
	}{
		{"FreeConsole", nil}, // there may be none
		{"AttachConsole", []uintptr{uintptr(pid)}},
		{"SetConsoleCtrlHandler", []uintptr{0, 1}}, // it is not for us
		{"GenerateConsoleCtrlEvent", []uintptr{windows.CTRL_C_EVENT, 0}},
	} {
		if ok, _, err := kernel.NewProc(c.name).Call(c.args...); ok == 0 && c.name != "FreeConsole" {
			log.Fatalf("%s: %v", c.name, err)
		}
	}
	os.Exit(0)
}
