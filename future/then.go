package future

// Then makes a second future of the value of f, and is ready when that one is.
func Then[T, U any](f Future[T], g func(T) Future[U]) Future[U] {
	return &then[T, U]{first: hold(f), g: g}
}

type then[T, U any] struct {
	first  part[T]
	second part[U]
	g      func(T) Future[U]
}

func (t *then[T, U]) Poll(cx *Context) (u U, ready bool) {
	if g := t.g; g != nil {
		v, ready := t.first.poll(cx)
		if !ready {
			return u, false
		}
		t.g = nil
		t.second = hold(g(v))
	}
	return t.second.poll(cx)
}

func (t *then[T, U]) Cancel() {
	t.first.Cancel()
	t.second.Cancel()
}

// ThenTry is [Then] for operations that can fail: an error of f is the result, and g is
// not called.
func ThenTry[T, U any](f Future[Result[T]], g func(T) Future[Result[U]]) Future[Result[U]] {
	return Then(f, func(r Result[T]) Future[Result[U]] {
		if r.Err != nil {
			return Ready(Result[U]{Err: r.Err})
		}
		return g(r.Value)
	})
}

// Lazy is the future that g makes when it is first polled. If it is cancelled before
// that, g is not called.
func Lazy[T any](g func() Future[T]) Future[T] { return &lazy[T]{g: g} }

type lazy[T any] struct {
	part[T]
	g func() Future[T]
}

func (l *lazy[T]) Poll(cx *Context) (T, bool) {
	if g := l.g; g != nil {
		l.g = nil
		l.part = hold(g())
	}
	return l.poll(cx)
}

func (l *lazy[T]) Cancel() {
	l.g = nil
	l.part.Cancel()
}

// Fuse makes a future that may be polled at any time: after it has been ready, or was cancelled,
// it is never ready again.
func Fuse[T any](f Future[T]) Future[T] { return &fused[T]{hold(f)} }

type fused[T any] struct{ part[T] }

func (f *fused[T]) Poll(cx *Context) (T, bool) { return f.poll(cx) }
