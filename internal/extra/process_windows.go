package extra

import (
	"errors"
	"os"

	"github.com/goetia-go/goetia/internal/extra/waithandle"
	"golang.org/x/sys/windows"
)

// Process is a process handle.
type Process struct {
	withoutHandle
	ended
	h    windows.Handle
	wait waithandle.Wait
}

// NewProcess watches for the end of a process. The number stays taken for as long as
// somebody has a handle.
func NewProcess(pid int, called Called) (*Process, error) {
	if err := checkPID(pid); err != nil {
		return nil, err
	}
	h, err := windows.OpenProcess(windows.SYNCHRONIZE|windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		if errors.Is(err, windows.ERROR_INVALID_PARAMETER) {
			return nil, noProcess(pid, os.NewSyscallError("OpenProcess", err))
		}
		return nil, os.NewSyscallError("OpenProcess", err)
	}
	p := &Process{h: h}
	if p.wait, err = waithandle.Once(h, called); err != nil {
		return nil, errors.Join(err, os.NewSyscallError("CloseHandle", windows.CloseHandle(h)))
	}
	return p, nil
}

// Collect implements Thing.
func (p *Process) Collect() (bool, error) {
	switch event, err := windows.WaitForSingleObject(p.h, 0); {
	case err != nil:
		return false, os.NewSyscallError("WaitForSingleObject", err)
	case event != windows.WAIT_OBJECT_0:
		return false, nil
	}
	var code uint32
	if err := windows.GetExitCodeProcess(p.h, &code); err != nil {
		p.end(Exit{})
		return true, nil
	}
	p.end(Exit{Known: true, Code: int(code)})
	return true, nil
}

// Close implements Thing.
func (p *Process) Close() error {
	return errors.Join(p.wait.Close(), os.NewSyscallError("CloseHandle", windows.CloseHandle(p.h)))
}
