package future

import (
	"context"
	"fmt"
	"sync/atomic"
)

// ErrCanceled is what a task comes to that was cancelled before its future was ready. It is
// a context.Canceled to errors.Is.
var ErrCanceled = fmt.Errorf("future: task canceled: %w", context.Canceled)

// Task is a future that an executor runs, and how others learn what becomes of it. It is made by
// [Spawn]. Nothing happens to a task whose handle is forgotten: it goes on.
//
// A Task is a [Future] itself, of the result: its error is nil or [ErrCanceled]. If
// the task panics, polling the handle panics with a [PanicError]. One goroutine or task at a time
// awaits a handle ([Shared] serves more); the other methods are safe for concurrent use.
type Task[T any] struct {
	node
	// value is in this place because one without size would make the last place larger.
	value  T
	future Future[T]
	info   atomicPointer[taskInfo]
}

// taskInfo is what most tasks do not need.
type taskInfo struct {
	awaiting Slot
	id       uint64
	name     string
	site     string
	panic    *PanicError

	mu   mutex
	done chan struct{}
	// closed says that done is.
	closed bool
}

// closeDone tells who waits for Done, and says whether there is somebody.
func (i *taskInfo) closeDone() (told bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	// Done may have been called when the task had ended and before we are here.
	if i.done != nil && !i.closed {
		i.closed = true
		close(i.done)
	}
	return i.done != nil
}

// lastID is the last task number that was given out.
var lastID atomic.Uint64

// more returns the part of a task that most do not need.
func (t *Task[T]) more() *taskInfo {
	if i := t.info.Load(); i != nil {
		return i
	}
	t.info.CompareAndSwap(nil, &taskInfo{id: lastID.Add(1)})
	return t.info.Load()
}

// Poll implements [Future].
func (t *Task[T]) Poll(cx *Context) (Result[T], bool) {
	if r, ready := t.outcome(); ready {
		return r, true
	}
	t.more().awaiting.Register(cx.Waker())
	return t.outcome()
}

// outcome is what the task has come to.
func (t *Task[T]) outcome() (r Result[T], ready bool) {
	switch s := t.state.Load(); {
	case s&completed == 0:
		return r, false
	case s&panicked != 0:
		i := t.more()
		reads(&i.panic)
		panic(i.panic)
	case s&canceled != 0:
		return Result[T]{Err: ErrCanceled}, true
	}
	reads(&t.value)
	return Result[T]{Value: t.value}, true
}

// Cancel has the executor cancel the task's future when its turn comes, unless it is ready by
// then. It does not wait for that; whoever awaits the task is woken by it.
func (t *Task[T]) Cancel() {
	if t.state.Load()&detached == 0 {
		t.schedule(closing)
		return
	}
	if i := t.info.Load(); i != nil {
		i.awaiting.Clear()
	}
}

// Detach keeps later calls of Cancel from reaching the task, for one that is to go on when
// its handle is an argument of a combinator that gives up on it. It returns the task.
func (t *Task[T]) Detach() *Task[T] {
	t.state.Or(detached)
	return t
}

// Finished says whether the task has ended, in whatever way.
func (t *Task[T]) Finished() bool { return t.state.Load()&completed != 0 }

// Done is closed when the task has ended. It is for goroutines that wait for tasks.
func (t *Task[T]) Done() <-chan struct{} {
	i := t.more()
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.done == nil {
		i.done = make(chan struct{})
		if t.Finished() {
			i.closed = true
			close(i.done)
		}
	}
	return i.done
}

// Result is what the task has come to; ok is false while it goes on. It panics as Poll does.
func (t *Task[T]) Result() (r Result[T], ok bool) { return t.outcome() }

// ID is a number that no other task of this process has. It is given out when the task gets a
// name, is awaited, or is first asked for it.
func (t *Task[T]) ID() uint64 { return t.more().id }

// Name is the name from its [TaskOptions].
func (t *Task[T]) Name() string {
	if i := t.info.Load(); i != nil {
		return i.name
	}
	return ""
}

// Site is where the task was spawned, as file:line and function, if the Local was asked to
// note that.
func (t *Task[T]) Site() string {
	if i := t.info.Load(); i != nil {
		return i.site
	}
	return ""
}

// run polls the task's future once. Only its executor calls this and what is below.
func (t *Task[T]) run(cx *Context) (ended bool) {
	v, ready := t.future.Poll(cx)
	if !ready {
		return false
	}
	writes(&t.value)
	t.value = v
	t.finish(0)
	return true
}

// drop cancels the task's future.
func (t *Task[T]) drop() {
	Cancel(t.future)
	t.finish(canceled)
}

// giveUp is drop for a task of many: a panic ends the task, and is returned if nobody was told of it.
func (t *Task[T]) giveUp() (unheard *PanicError) {
	ended := false
	defer func() {
		if ended {
			return
		}
		v := recover()
		if p := passedOn(v); !t.fail(p) && v != nil {
			unheard = p
		}
	}()
	t.drop()
	ended = true
	return nil
}

// finish ends the task and tells who waits.
func (t *Task[T]) finish(how uint32) {
	t.future = nil
	t.end(how)
	i := t.info.Load()
	if i == nil {
		return
	}
	i.awaiting.Wake()
	i.closeDone()
}

// letGo cancels what has panicked, which may hold others that have not. If it panics once more, the
// first panic is the one to tell of.
func (t *Task[T]) letGo() {
	defer func() { _ = recover() }()
	f := t.future
	t.future = nil
	Cancel(f)
}

// fail ends the task with a panic, and says whether somebody is waiting who will learn of it.
func (t *Task[T]) fail(p *PanicError) (told bool) {
	i := t.more()
	writes(&i.panic)
	i.panic = p
	p.Task, p.Site = i.name, i.site
	t.letGo()
	t.end(panicked)
	if w := i.awaiting.take(); w != nil {
		told = true
		w.Wake()
	}
	return i.closeDone() || told
}

func (t *Task[T]) base() *node { return &t.node }
