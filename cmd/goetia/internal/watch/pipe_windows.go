package watch

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
	"golang.org/x/sys/windows"
)

// pipesAreExtras: named pipes are no descriptors.
const pipesAreExtras = true

func openPipe(string, bool) (sock.Socket, bool, error) { return 0, false, errors.ErrUnsupported }

// pipeBuffer is what the system may keep for each direction.
const pipeBuffer = 64 << 10

// pipePath is the path of a pipe's name, which may be a path already.
func pipePath(name string) string {
	if strings.HasPrefix(name, `\\`) {
		return name
	}
	return `\\.\pipe\` + name
}

// openPipeExtra opens a named pipe, or with listen makes one and waits for a client.
func openPipeExtra(p *poll.Poller, key poll.Key, name string, listen bool) (extra, string, error) {
	path := pipePath(name)
	text, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, "", err
	}
	var h windows.Handle
	note := "connected to " + path
	if listen {
		note = "waiting for a client of " + path
		h, err = windows.CreateNamedPipe(text, windows.PIPE_ACCESS_DUPLEX|windows.FILE_FLAG_OVERLAPPED|windows.FILE_FLAG_FIRST_PIPE_INSTANCE,
			windows.PIPE_TYPE_BYTE|windows.PIPE_REJECT_REMOTE_CLIENTS, 1, pipeBuffer, pipeBuffer, 0, nil)
	} else {
		h, err = windows.CreateFile(text, windows.GENERIC_READ, 0, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_OVERLAPPED, 0)
	}
	if err != nil {
		return nil, "", &os.PathError{Op: "open", Path: path, Err: err}
	}
	x, err := p.AddPipe(key, uintptr(h))
	if err != nil {
		return nil, "", errors.Join(err, windows.CloseHandle(h))
	}
	return &pipeTarget{x, h}, note, nil
}

type pipeTarget struct {
	*poll.Pipe
	h windows.Handle
}

func (t *pipeTarget) tell(c *Change) {
	buf := make([]byte, pipeBuffer)
	read := 0
	for {
		n, _, err := t.Read(buf)
		read += n
		if err == nil {
			continue
		}
		if read > 0 {
			c.Bytes += read
			c.note(fmt.Sprintf("read %d B", read))
		}
		switch {
		case errors.Is(err, poll.ErrWouldBlock):
			return
		case err == io.EOF:
			c.note("end of stream")
		default:
			c.note(err.Error())
		}
		c.Done = true
		return
	}
}

// Delete ends the registration and closes the pipe.
func (t *pipeTarget) Delete() error {
	return errors.Join(t.Pipe.Delete(), windows.CloseHandle(t.h))
}
