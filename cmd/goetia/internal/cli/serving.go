package cli

import (
	"context"
	"time"
)

// serving is what a server runs in that has said where it listens: until it is interrupted, but
// for no longer than d unless that is zero. If it could not say so, nobody can reach it,
// and it ends at once.
func (e *env) serving(d time.Duration, said error) (context.Context, context.CancelFunc) {
	switch {
	case said != nil:
		ctx, stop := context.WithCancel(e.ctx)
		stop()
		return ctx, stop
	case d > 0:
		return context.WithTimeout(e.ctx, d)
	}
	return e.ctx, func() {}
}
