package future

// ToChan sends the items of a stream to a channel, and is ready when all have been sent. The channel
// belongs to it: it is closed when the stream has ended, and also when the future is cancelled,
// which ends the waiting of those who receive. What there is room for is sent by whoever polls; to
// wait, the future has a goroutine, which ends with it. It panics if the channel is nil, which cannot
// be closed.
func ToChan[T any](s Stream[T], ch chan<- T) Future[struct{}] {
	if ch == nil {
		panic("future: ToChan of a nil channel")
	}
	return &toChan[T]{upstream: flow(s), ch: ch}
}

type toChan[T any] struct {
	upstream[T]
	ch chan<- T
	// v is the item that is to be sent, if there is one.
	v   T
	has bool
	// by is nil until somebody has had to wait.
	by *chanSender[T]
	// asked: the goroutine sends the item.
	asked, ended bool
}

// chanSender is what a toChan shares with its goroutine.
type chanSender[T any] struct {
	waiting Slot
	// done says that the item was sent.
	done atomicUint32
	ask  chan T
	stop chan struct{}
}

func (t *toChan[T]) Poll(cx *Context) (none struct{}, ready bool) {
	for p := pace(0); !t.ended; {
		if t.has && !t.send(cx) {
			return none, false
		}
		v, ok, ready := t.next(cx)
		if !ready {
			return none, false
		}
		if !ok {
			t.Cancel()
			break
		}
		t.v, t.has = v, true
		if !p.step(cx) {
			return none, false
		}
	}
	return none, true
}

// send says whether the item has been sent.
func (t *toChan[T]) send(cx *Context) bool {
	if !t.asked {
		select {
		case t.ch <- t.v:
			t.sent()
			return true
		default:
		}
		if t.by == nil {
			t.by = &chanSender[T]{ask: make(chan T, 1), stop: make(chan struct{})}
			go t.by.run(t.ch)
		}
		t.by.done.Store(0)
		t.asked = true
		t.by.ask <- t.v
	}
	t.by.waiting.Register(cx.Waker())
	if t.by.done.Load() == 0 {
		return false
	}
	t.by.waiting.Clear()
	t.sent()
	return true
}

func (t *toChan[T]) sent() {
	var none T
	t.v, t.has, t.asked = none, false, false
}

// Cancel also ends it when all has been sent.
func (t *toChan[T]) Cancel() {
	if t.ended {
		return
	}
	from, by, ch := t.upstream, t.by, t.ch
	*t = toChan[T]{ended: true}
	if by != nil {
		by.waiting.Clear()
		close(by.stop) // the goroutine may be sending, so it closes the channel
	} else {
		close(ch)
	}
	from.Cancel()
}

func (s *chanSender[T]) run(ch chan<- T) {
	defer close(ch)
	for {
		select {
		case v := <-s.ask:
			select {
			case ch <- v:
				s.done.Store(1)
				s.waiting.Wake()
			case <-s.stop:
				return
			}
		case <-s.stop:
			return
		}
	}
}
