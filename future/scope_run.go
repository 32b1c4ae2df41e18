package future

// scoped is the future of a [Scope].
type scoped[T any] struct {
	body  func(*Scope) Future[Result[T]]
	scope *Scope
	main  *Task[Result[T]]
	over  bool
}

// Poll implements [Future].
func (f *scoped[T]) Poll(cx *Context) (r Result[T], ready bool) {
	if f.over {
		return Result[T]{Err: ErrCanceled}, true
	}
	if f.scope == nil {
		f.scope = &Scope{}
		f.scope.local.opts.Clock = cx.Clock()
		f.main = Spawn[Result[T]](&f.scope.local, &inScope[T]{&scopeBody[T]{scope: f.scope, body: f.body}, f.scope})
		f.body = nil
	}
	panicked := true
	defer func() {
		if panicked {
			f.Cancel()
		}
	}()
	_, ready = f.scope.local.Poll(cx)
	panicked = false
	if !ready {
		return r, false
	}
	// With nothing left in it. What is spawned from now on, by others who still have the Scope,
	// comes too late.
	f.Cancel()
	if f.scope.err != nil {
		return Result[T]{Err: f.scope.err}, true
	}
	done, _ := f.main.Result()
	if done.Err != nil {
		return Result[T]{Err: done.Err}, true
	}
	return done.Value, true
}

// Cancel cancels what is in the scope.
func (f *scoped[T]) Cancel() {
	f.over = true
	if f.scope != nil {
		f.scope.local.Cancel()
	}
}

// scopeBody is the future that body returns, which is called when it is first polled.
type scopeBody[T any] struct {
	scope *Scope
	body  func(*Scope) Future[Result[T]]
	f     Future[Result[T]]
}

func (l *scopeBody[T]) Poll(cx *Context) (Result[T], bool) {
	if l.f == nil {
		l.f = l.body(l.scope)
	}
	return l.f.Poll(cx)
}

func (l *scopeBody[T]) Cancel() { Cancel(l.f) }
