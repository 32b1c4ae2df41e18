package simnet

import "context"

// contextError is how package net tells that a context has ended: in words of its own, with the
// context's error behind them.
type contextError struct {
	text string
	err  error
}

func (e *contextError) Error() string   { return e.text }
func (e *contextError) Unwrap() error   { return e.err }
func (e *contextError) Timeout() bool   { return e.err == context.DeadlineExceeded }
func (e *contextError) Temporary() bool { return e.Timeout() }

// ended is the error of a context that has.
func ended(ctx context.Context) error {
	switch err := ctx.Err(); err {
	case context.Canceled:
		return &contextError{"operation was canceled", err}
	case context.DeadlineExceeded:
		return &contextError{"i/o timeout", err}
	default:
		return err
	}
}
