//go:build !unix && !windows

package backendtest

import (
	"errors"
	"os"
	"time"
)

// A system without socket calls in package syscall: making a socket says so and
// every case is skipped.

var errNone = errors.ErrUnsupported

func sysSocket(kind) (uintptr, error)               { return 0, errNone }
func sysSetNonblock(uintptr, bool) error            { return errNone }
func sysNoDelay(uintptr) error                      { return errNone }
func sysBindLoopback(uintptr) (int, error)          { return 0, errNone }
func sysListen(uintptr, int) error                  { return errNone }
func sysConnect(uintptr, int) error                 { return errNone }
func sysAccept(uintptr) (uintptr, error)            { return 0, errNone }
func sysSend(uintptr, []byte, bool) (int, error)    { return 0, errNone }
func sysReceive(uintptr, []byte, bool) (int, error) { return 0, errNone }
func sysShutdownWrite(uintptr) error                { return errNone }
func sysLingerZero(uintptr) error                   { return errNone }
func sysClose(uintptr) error                        { return errNone }
func sysPending(uintptr) error                      { return errNone }
func isRefused(error) bool                          { return false }
func sysDuplicate(uintptr) (uintptr, error)         { return 0, errNone }
func sysCloseDuplicate(uintptr) error               { return errNone }
func reuse(*socket) (*socket, error)                { return nil, errNone }
func localPair() (_, _ *socket, err error)          { return nil, nil, errNone }
func pipe() (_, _ *socket, err error)               { return nil, nil, errNone }
func processorTime() time.Duration                  { return 0 }
func descriptorLimit() int                          { return 0 }
func never() uintptr                                { return ^uintptr(1) }
func shareWith(*os.ProcAttr, *socket) (uintptr, func(), error) {
	return 0, nil, errNone
}
