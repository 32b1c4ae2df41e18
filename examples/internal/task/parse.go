package task

import (
	"errors"
	"io"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// Input is a stream that is read in messages. What was read beyond one is kept for the next.
type Input struct {
	R aio.Reader
	// Rest is what was read and is no message yet.
	Rest []byte
	buf  [4096]byte
}

// ErrTooLong is what a message fails with that does not end.
var ErrTooLong = errors.New("a message is too long")

// maxMessage bounds what is kept of a message that is not complete.
const maxMessage = 1 << 20

// Next reads until parse finds a message at the beginning of what there is: it returns the message and
// how many bytes it took, or zero if there is not enough. At the end the error is io.EOF, and in
// the middle of a message io.ErrUnexpectedEOF.
func Next[T any](in *Input, parse func(b []byte) (v T, n int, err error)) future.Future[future.Result[T]] {
	return future.PollFunc[future.Result[T]](func(cx *future.Context) (r future.Result[T], ready bool) {
		for {
			if len(in.Rest) > 0 {
				v, n, err := parse(in.Rest)
				if n > 0 || err != nil {
					in.Rest = in.Rest[n:]
					return future.Result[T]{Value: v, Err: err}, true
				}
			}
			if len(in.Rest) > maxMessage {
				r.Err = ErrTooLong
				return r, true
			}
			n, ready, err := in.R.PollRead(cx, in.buf[:])
			switch {
			case !ready:
				return r, false
			case err == io.EOF && len(in.Rest) > 0:
				err = io.ErrUnexpectedEOF
			}
			if err != nil {
				r.Err = err
				return r, true
			}
			in.Rest = append(in.Rest, in.buf[:n]...)
		}
	})
}
