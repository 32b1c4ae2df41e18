package future

import "iter"

// UnblockSeq is a stream of the values of seq, whose code may block: it runs in the pool, and some
// values ahead, up to the size of the buffer. While the buffer is full it holds no place
// there.
//
// Nothing runs before the first poll. The stream is a [Canceler]: cancelling it stops seq, whose
// deferred functions then run in the pool, after what blocks there has returned. If seq
// panics, polling the stream panics with a [PanicError], after the values before it. If the pool is
// closed meanwhile, the PanicError's value is [ErrPoolClosed].
func UnblockSeq[T any](seq iter.Seq[T], opts UnblockOptions) Stream[T] {
	s := &seqStream[T]{seq: seq, limit: opts.buffer(defaultUnblockValues)}
	s.init(opts, s.fill, s.failed)
	return s
}

type seqStream[T any] struct {
	pump
	seq    iter.Seq[T]
	next   func() (T, bool)
	stop   func()
	values valueQueue[T]
	limit  int
	over   bool
	// err is what it has ended with, if not by itself.
	err error
}

// PollNext implements [Stream].
func (s *seqStream[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	s.mu.Lock()
	switch {
	case s.closed:
		s.mu.Unlock()
		return v, false, true
	case s.values.n == 0 && s.over:
		err := s.err
		s.mu.Unlock()
		if err != nil {
			s.raise(err)
		}
		return v, false, true
	case s.values.n == 0:
		s.waker = cx.Waker()
		s.start()
		return v, false, false
	case cx.exhausted():
		s.mu.Unlock()
		cx.Spend()
		return v, false, false
	}
	s.waker = nil
	v = s.values.pop()
	if !s.over && s.values.n <= s.limit/2 {
		s.start()
	} else {
		s.mu.Unlock()
	}
	cx.Spend()
	return v, true, true
}

func (s *seqStream[T]) raise(err error) {
	if e, ok := err.(*PanicError); ok {
		panic(e)
	}
	panic(&PanicError{Value: err})
}

// fill is the pump's turn.
func (s *seqStream[T]) fill() bool {
	switch {
	case s.over:
		return false
	case s.closed:
		s.over = true
		if s.stop != nil {
			s.unlocked(s.stop)
		}
		return false
	case s.values.n == s.limit:
		return false
	case s.next == nil:
		s.next, s.stop = iter.Pull(s.seq)
	}
	var v T
	var ok bool
	s.unlocked(func() { v, ok = s.next() })
	switch {
	case !ok:
		s.over = true
	case !s.closed:
		s.values.push(v, s.limit)
	}
	s.tell()
	return true
}

// failed is the pump's fail.
func (s *seqStream[T]) failed(err error) {
	if !s.over && s.stop != nil && err == ErrPoolClosed {
		go s.stop() // there is nowhere else any more
	}
	s.over, s.err = true, err
}

// Cancel stops seq.
func (s *seqStream[T]) Cancel() {
	s.mu.Lock()
	s.waker = nil
	s.values = valueQueue[T]{}
	if s.closed || s.over {
		s.closed = true
		s.mu.Unlock()
		return
	}
	s.closed = true
	if s.next == nil && !s.running {
		s.over = true
		s.mu.Unlock()
		return
	}
	s.start()
}
