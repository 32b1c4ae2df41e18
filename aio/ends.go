package aio

import (
	"io"

	"github.com/goetia-go/goetia/future"
)

// Reader is what bytes can be read from: [Conn], [TLS], [File] and whatever a program makes.
type Reader interface {
	// PollRead reads at least one byte, and at most len(b). Until there is one it is not
	// ready, and cx is woken when it is worth asking again. At the end the error is
	// io.EOF. Together with an error n is zero. b is used during the call only.
	PollRead(cx *future.Context, b []byte) (n int, ready bool, err error)
}

// Writer is what bytes can be written to.
type Writer interface {
	// PollWrite takes at least one byte of b, if it has any, and says how many; b is not
	// used after that. Until it can take one it is not ready. What was taken may need
	// PollFlush to get any further, as with TLS.
	PollWrite(cx *future.Context, b []byte) (n int, ready bool, err error)
	// PollFlush is ready when what was taken is with the system.
	PollFlush(cx *future.Context) (ready bool, err error)
}

// Stream is both, and can be ended in one direction and as a whole.
type Stream interface {
	Reader
	Writer
	// PollCloseWrite flushes, and then tells the other side that there is no more to
	// come. What has no such thing fails with errors.ErrUnsupported.
	PollCloseWrite(cx *future.Context) (ready bool, err error)
	io.Closer
}

// reading is one read as a future.
type reading struct {
	r Reader
	b []byte
}

func (f *reading) Poll(cx *future.Context) (future.Result[int], bool) {
	n, ready, err := f.r.PollRead(cx, f.b)
	return future.Result[int]{Value: n, Err: err}, ready
}

func (f *reading) Cancel() {
	if d, ok := f.r.(interface{ dropRead() }); ok {
		d.dropRead()
	}
}

// Read is a future of one PollRead. Cancelling it takes no bytes.
func Read(r Reader, b []byte) future.Future[future.Result[int]] { return &reading{r, b} }

// writing is one write as a future.
type writing struct {
	w Writer
	b []byte
}

func (f *writing) Poll(cx *future.Context) (future.Result[int], bool) {
	n, ready, err := f.w.PollWrite(cx, f.b)
	return future.Result[int]{Value: n, Err: err}, ready
}

func (f *writing) Cancel() {
	if d, ok := f.w.(interface{ dropWrite() }); ok {
		d.dropWrite()
	}
}

// Write is a future of one PollWrite, which may write less than all of b. If it is cancelled,
// nothing was written.
func Write(w Writer, b []byte) future.Future[future.Result[int]] { return &writing{w, b} }

// outcome is the future of something that comes to an error or nothing.
type outcome struct {
	poll func(cx *future.Context) (ready bool, err error)
	drop func()
}

func (f *outcome) Poll(cx *future.Context) (error, bool) {
	ready, err := f.poll(cx)
	return err, ready
}

func (f *outcome) Cancel() {
	if f.drop != nil {
		f.drop()
	}
}

// Flush is a future of PollFlush. Cancelling it changes nothing.
func Flush(w Writer) future.Future[error] { return &outcome{poll: w.PollFlush} }

// CloseWrite is a future of PollCloseWrite. If it is cancelled the direction may be open
// still or not.
func CloseWrite(s Stream) future.Future[error] { return &outcome{poll: s.PollCloseWrite} }

// Transfer is how far an operation has come that moves more than once: [ReadFull],
// [WriteAll].
type Transfer struct {
	poll func(cx *future.Context, b []byte) (n int, ready bool, err error)
	// flush is nil when reading.
	flush func(cx *future.Context) (ready bool, err error)
	of    any
	b     []byte
	n     int
}

// ReadFull fills b. If the end comes first the error is io.EOF if it came at once, and else
// io.ErrUnexpectedEOF, as with io.ReadFull. If it is cancelled, N bytes are in b.
func ReadFull(r Reader, b []byte) *Transfer {
	return &Transfer{poll: r.PollRead, of: r, b: b}
}

// WriteAll writes all of b, and flushes. If it is cancelled or fails, N bytes were taken.
func WriteAll(w Writer, b []byte) *Transfer {
	return &Transfer{poll: w.PollWrite, flush: w.PollFlush, of: w, b: b}
}

// N is how many bytes have been moved so far.
func (t *Transfer) N() int { return t.n }

// Poll implements [future.Future].
func (t *Transfer) Poll(cx *future.Context) (future.Result[int], bool) {
	for t.n < len(t.b) {
		n, ready, err := t.poll(cx, t.b[t.n:])
		if !ready {
			return future.Result[int]{}, false
		}
		t.n += n
		switch {
		case err == io.EOF && t.flush == nil && t.n > 0:
			return future.Result[int]{Value: t.n, Err: io.ErrUnexpectedEOF}, true
		case err != nil:
			return future.Result[int]{Value: t.n, Err: err}, true
		}
	}
	if t.flush != nil {
		if ready, err := t.flush(cx); !ready || err != nil {
			return future.Result[int]{Value: t.n, Err: err}, ready
		}
	}
	return future.Result[int]{Value: t.n}, true
}

// Cancel implements [future.Canceler].
func (t *Transfer) Cancel() {
	if r, ok := t.of.(Reader); ok && t.flush == nil {
		future.Cancel(&reading{r: r})
	}
	if w, ok := t.of.(Writer); ok && t.flush != nil {
		future.Cancel(&writing{w: w})
	}
}
