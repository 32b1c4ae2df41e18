//go:build !unix && !windows

package sock

import "errors"

// This system has no sockets that can be asked about readiness. Every call says
// so; the methods are never reached, since no Socket can be had.

// Listen fails with errors.ErrUnsupported.
func Listen(Addr) (Socket, error) { return None, errors.ErrUnsupported }

// Connect fails with errors.ErrUnsupported.
func Connect(Addr) (Socket, error) { return None, errors.ErrUnsupported }

// Accept fails with errors.ErrUnsupported.
func (Socket) Accept() (Socket, error) { return None, errors.ErrUnsupported }

// Read fails with errors.ErrUnsupported.
func (Socket) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// ReadUrgent fails with errors.ErrUnsupported.
func (Socket) ReadUrgent([]byte) (int, error) { return 0, errors.ErrUnsupported }

// Write fails with errors.ErrUnsupported.
func (Socket) Write([]byte) (int, error) { return 0, errors.ErrUnsupported }

// ConnectError fails with errors.ErrUnsupported.
func (Socket) ConnectError() error { return errors.ErrUnsupported }

// CloseWrite fails with errors.ErrUnsupported.
func (Socket) CloseWrite() error { return errors.ErrUnsupported }

// Close fails with errors.ErrUnsupported.
func (Socket) Close() error { return errors.ErrUnsupported }

// Local is the zero Addr.
func (Socket) Local(string) Addr { return Addr{} }

// Peer is the zero Addr.
func (Socket) Peer(string) Addr { return Addr{} }

// IsExhausted is false.
func IsExhausted(error) bool { return false }

// IsReset is false.
func IsReset(error) bool { return false }

// Reason is the error's text.
func Reason(err error) string { return err.Error() }
