package future

// Scope is a piece of work with children that do not outlive it. It is made by [InScope], and
// [SpawnIn] gives it children.
type Scope struct {
	// local runs the body and the children, whenever the scope's future is polled. So they
	// end where the scope does and need no executor to be told of it.
	local Local
	// err is the first error.
	err error
}

// InScope is a future of what the body's future comes to, and ends after all children that were
// spawned in the scope meanwhile have ended: they are waited for.
//
// The first error, of the body's future or of a child, cancels everything else in the scope and is
// what the scope comes to; errors after the first are mostly its consequences, and are
// dropped. A panic of body, of its future or of a child cancels everything else, too, and goes on
// from the scope's Poll, except if somebody awaits the child that panics. If the scope is cancelled,
// so is everything in it before Cancel returns, unless something in the scope cancels it:
// then before that poll of the scope returns.
//
// The scope runs in whatever polls it, its children as tasks of their own with budgets and wakers of
// their own. body is called at the first poll.
func InScope[T any](body func(s *Scope) Future[Result[T]]) Future[Result[T]] {
	return &scoped[T]{body: body}
}

// Child is a future that was spawned in a [Scope]. It is a [Future] of its result, for those in the
// scope, and need not be awaited.
type Child[T any] struct{ task *Task[Result[T]] }

// SpawnIn gives the scope a child. If the child ends with an error, that cancels the scope; what a
// child may fail in without that is part of its value. Its cancellation is not
// an error. Once the scope has ended, the child is cancelled at once. SpawnIn is safe
// for concurrent use.
func SpawnIn[T any](s *Scope, f Future[Result[T]]) Child[T] {
	return Child[T]{Spawn[Result[T]](&s.local, &inScope[T]{f, s})}
}

// Poll implements [Future]. The error is that of the child, or [ErrCanceled].
func (c Child[T]) Poll(cx *Context) (r Result[T], ready bool) {
	outer, ready := c.task.Poll(cx)
	if !ready || outer.Err != nil {
		return Result[T]{Err: outer.Err}, ready
	}
	return outer.Value, true
}

// Cancel cancels the child, and not the scope.
func (c Child[T]) Cancel() { c.task.Cancel() }

// Task is the task that runs the child.
func (c Child[T]) Task() *Task[Result[T]] { return c.task }

// inScope is the future of a child.
type inScope[T any] struct {
	f Future[Result[T]]
	s *Scope
}

func (c *inScope[T]) Poll(cx *Context) (Result[T], bool) {
	r, ready := c.f.Poll(cx)
	if ready && r.Err != nil {
		c.s.fail(r.Err)
	}
	return r, ready
}

func (c *inScope[T]) Cancel() { Cancel(c.f) }

// fail ends the scope with its first error. It is called by what runs in the scope.
func (s *Scope) fail(err error) {
	if s.err == nil {
		s.err = err
		s.local.Cancel()
	}
}
