package aio

import "github.com/goetia-go/goetia/future"

// PollReadVec reads into several buffers, as much as one read of at most 64 KiB brings: the first
// is filled before the second is begun.
func PollReadVec(cx *future.Context, r Reader, bufs [][]byte) (n int, ready bool, err error) {
	bufs = skipEmpty(bufs)
	if len(bufs) == 0 {
		return r.PollRead(cx, nil)
	}
	total := size(bufs)
	if len(bufs) == 1 || len(bufs[0]) >= portion {
		return r.PollRead(cx, bufs[0])
	}
	all := portions.Get().(*[portion]byte)
	defer portions.Put(all)
	n, ready, err = r.PollRead(cx, all[:min(total, portion)])
	for rest := all[:n]; len(rest) > 0; bufs = bufs[1:] {
		rest = rest[copy(bufs[0], rest):]
	}
	return n, ready, err
}

// PollWriteVec writes several buffers as if they were one, and says how much it wrote. Small
// ones are put together, so that they are one system call and one packet.
func PollWriteVec(cx *future.Context, w Writer, bufs [][]byte) (n int, ready bool, err error) {
	bufs = skipEmpty(bufs)
	switch {
	case len(bufs) == 0:
		return w.PollWrite(cx, nil)
	case len(bufs) == 1 || len(bufs[0]) >= portion:
		return w.PollWrite(cx, bufs[0])
	}
	all := portions.Get().(*[portion]byte)
	defer portions.Put(all)
	for _, b := range bufs {
		n += copy(all[n:], b)
	}
	return w.PollWrite(cx, all[:n])
}

func skipEmpty(bufs [][]byte) [][]byte {
	for len(bufs) > 0 && len(bufs[0]) == 0 {
		bufs = bufs[1:]
	}
	return bufs
}

func size(bufs [][]byte) (n int) {
	for _, b := range bufs {
		n += len(b)
	}
	return n
}

type vecReader struct {
	Reader
	bufs [][]byte
}

func (v vecReader) PollRead(cx *future.Context, _ []byte) (int, bool, error) {
	return PollReadVec(cx, v.Reader, v.bufs)
}

func (v vecReader) dropRead() { future.Cancel(&reading{r: v.Reader}) }

type vecWriter struct {
	Writer
	bufs [][]byte
}

func (v vecWriter) PollWrite(cx *future.Context, _ []byte) (int, bool, error) {
	return PollWriteVec(cx, v.Writer, v.bufs)
}

func (v vecWriter) dropWrite() { future.Cancel(&writing{w: v.Writer}) }

// ReadVec is a future of [PollReadVec]. Cancelling it takes no bytes.
func ReadVec(r Reader, bufs ...[]byte) future.Future[future.Result[int]] {
	return Read(vecReader{r, bufs}, nil)
}

// WriteVec is a future of [PollWriteVec]. If it is cancelled, nothing was written.
func WriteVec(w Writer, bufs ...[]byte) future.Future[future.Result[int]] {
	return Write(vecWriter{w, bufs}, nil)
}
