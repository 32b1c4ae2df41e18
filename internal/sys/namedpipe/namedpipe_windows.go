package namedpipe

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

const bufferSize = 64 << 10

// Create makes an instance of a pipe for a stream of bytes, for clients of this machine. first says
// that there must be none of this name yet.
func Create(name string, first bool) (uintptr, error) {
	path, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return 0, err
	}
	var flags uint32 = windows.PIPE_ACCESS_DUPLEX | windows.FILE_FLAG_OVERLAPPED
	if first {
		flags |= windows.FILE_FLAG_FIRST_PIPE_INSTANCE
	}
	h, err := windows.CreateNamedPipe(path, flags, windows.PIPE_TYPE_BYTE|windows.PIPE_REJECT_REMOTE_CLIENTS,
		windows.PIPE_UNLIMITED_INSTANCES, bufferSize, bufferSize, 0, nil)
	if err != nil {
		return 0, os.NewSyscallError("CreateNamedPipe", err)
	}
	return uintptr(h), nil
}

// Connecting is a wait for a client.
type Connecting struct {
	h          windows.Handle
	overlapped windows.Overlapped
	pending    bool
}

// Connect begins to wait for a client of an instance.
func Connect(h uintptr) (*Connecting, error) {
	c := &Connecting{h: windows.Handle(h)}
	event, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return nil, os.NewSyscallError("CreateEvent", err)
	}
	// With the low bit set no completion port is told.
	c.overlapped.HEvent = event | 1
	switch err := windows.ConnectNamedPipe(c.h, &c.overlapped); err {
	case nil, windows.ERROR_PIPE_CONNECTED:
		return c, nil
	case windows.ERROR_IO_PENDING:
		c.pending = true
		return c, nil
	default:
		return nil, errors.Join(os.NewSyscallError("ConnectNamedPipe", err), windows.CloseHandle(event))
	}
}

// Wait blocks until there is a client, or Cancel was called. It is called once.
func (c *Connecting) Wait() error {
	var err error
	if c.pending {
		var n uint32
		if err = windows.GetOverlappedResult(c.h, &c.overlapped, &n, true); err != nil {
			err = os.NewSyscallError("ConnectNamedPipe", err)
		}
	}
	return errors.Join(err, windows.CloseHandle(c.overlapped.HEvent&^1))
}

// Cancel ends a Wait that goes on. One that has got its client already is a success.
func (c *Connecting) Cancel() {
	_ = windows.CancelIoEx(c.h, &c.overlapped) // it may have ended just now
}

// Open connects to a pipe. busy says that all its instances have a client: a later call may succeed.
func Open(name string) (h uintptr, busy bool, err error) {
	path, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return 0, false, err
	}
	// The server may find out who this is, and not act in its name.
	const identification = 0x00110000 // SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION
	handle, err := windows.CreateFile(path, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING,
		windows.FILE_FLAG_OVERLAPPED|identification, 0)
	if err != nil {
		return 0, err == windows.ERROR_PIPE_BUSY, &os.PathError{Op: "open", Path: name, Err: err}
	}
	return uintptr(handle), false, nil
}

// Close closes a handle that no file was made of.
func Close(h uintptr) error { return windows.CloseHandle(windows.Handle(h)) }
