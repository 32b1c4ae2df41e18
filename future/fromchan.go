package future

// FromChan is what is received from a channel, until that is closed. What is there is
// received by whoever polls; to wait, the stream has a goroutine, which ends with it. So a stream that
// is not wanted before its end must be cancelled. A value that the goroutine has received
// by then is lost. Others may send to and receive from the channel as always.
func FromChan[T any](ch <-chan T) Stream[T] { return &fromChan[T]{ch: ch} }

type fromChan[T any] struct {
	ch <-chan T
	// by is nil until somebody has had to wait.
	by *chanReceiver[T]
	// asked: the goroutine receives, and nobody else does.
	asked, ended bool
}

// chanReceiver is what a fromChan shares with its goroutine.
type chanReceiver[T any] struct {
	waiting Slot
	// done says that v and ok are there.
	done atomicUint32
	v    T
	ok   bool
	ask  chan struct{}
	stop chan struct{}
}

func (f *fromChan[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	if f.ended {
		return v, false, true
	}
	if !cx.Spend() {
		return v, false, false
	}
	if !f.asked {
		select {
		case v, ok = <-f.ch:
			if !ok {
				f.Cancel()
			}
			return v, ok, true
		default:
		}
		f.receive()
	}
	r := f.by
	r.waiting.Register(cx.Waker())
	if r.done.Load() == 0 {
		return v, false, false
	}
	r.waiting.Clear()
	f.asked = false
	v, r.v = r.v, v
	if !r.ok {
		f.Cancel()
		return v, false, true
	}
	return v, true, true
}

// receive has the goroutine receive one value.
func (f *fromChan[T]) receive() {
	if f.by == nil {
		f.by = &chanReceiver[T]{ask: make(chan struct{}, 1), stop: make(chan struct{})}
		go f.by.run(f.ch)
	}
	f.by.done.Store(0)
	f.asked = true
	f.by.ask <- struct{}{}
}

func (f *fromChan[T]) Cancel() {
	r := f.by
	*f = fromChan[T]{ended: true}
	if r != nil {
		r.waiting.Clear()
		close(r.stop)
	}
}

func (r *chanReceiver[T]) run(ch <-chan T) {
	for {
		select {
		case <-r.ask:
		case <-r.stop:
			return
		}
		select {
		case r.v, r.ok = <-ch:
			r.done.Store(1)
			r.waiting.Wake()
		case <-r.stop:
			return
		}
	}
}
