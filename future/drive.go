package future

import "context"

// TryTick polls one task, if one is ready, and says whether there was one.
func (l *Local) TryTick() (polled bool) {
	if !l.enter() {
		return false
	}
	defer l.leave()
	polled = true // also if the task panics and somebody is told
	polls, _ := l.step(1)
	return polls > 0
}

// Tick waits until a task is ready, and polls it. If ctx is done or l is closed before that, it
// returns ctx's error or [ErrClosed].
func (l *Local) Tick(ctx context.Context) error { return l.drive(ctx, nil) }

// Run polls tasks until all have ended, also those that are spawned meanwhile, and then
// returns nil. If ctx is done before that it leaves the tasks as they are and returns ctx's
// error; if l is closed, [ErrClosed].
func (l *Local) Run(ctx context.Context) error { return l.drive(ctx, l.IsEmpty) }

// RunUntil drives l until f, which it spawns, is ready, and returns what f has come to. If ctx is
// done or l is closed before that, it cancels f and returns ctx's error or [ErrClosed].
func RunUntil[T any](ctx context.Context, l *Local, f Future[T]) (T, error) {
	t := Spawn(l, f)
	t.Done() // so that a panic has somebody to go to
	err := l.drive(ctx, t.Finished)
	if err != nil && !t.Finished() {
		l.evict(t)
	}
	r, ended := t.Result()
	switch {
	case ended && r.Err == nil:
		return r.Value, nil
	case err == nil:
		err = ErrClosed // before f was spawned: nobody else has the handle and could have cancelled it
	}
	return r.Value, err
}

// evict cancels a task that has not ended at once, if nobody drives l, and otherwise when its
// turn comes.
func (l *Local) evict(t runnable) {
	n := t.base()
	n.schedule(closing)
	if !l.driven.CompareAndSwap(undriven, driving) {
		return
	}
	defer l.leave()
	l.takeIn()
	if n.state.Load()&completed == 0 {
		l.running = n.index + 1
		t.drop()
		l.running = 0
		l.forget(n)
	}
}

// Poll runs what is ready, and is ready when all tasks have ended: so one Local is a future of
// another executor's. Cancelling it is [Local.Close].
func (l *Local) Poll(cx *Context) (struct{}, bool) {
	for {
		if ended, idle := l.pollSome(cx); ended || idle {
			return struct{}{}, ended
		}
	}
}

func (l *Local) pollSome(cx *Context) (ended, idle bool) {
	if !l.enter() {
		return true, false
	}
	defer l.leave()
	l.woken.owner.Register(cx.Waker())
	for left := defaultBudget; left > 0; {
		if l.IsEmpty() || l.isClosed() {
			l.woken.owner.Clear()
			return true, false
		}
		polls, _ := l.step(left)
		if polls == 0 {
			return false, true
		}
		left -= polls
	}
	cx.Waker().Wake()
	return false, true
}

// Cancel is Close without an error, for a Local that is used as a future.
func (l *Local) Cancel() { _ = l.Close() }

// Close cancels all tasks, and what is spawned from then on. If somebody is driving l, they do
// that, and Close does not wait for it. Calls after the first return nil, too. If cancelling one panics,
// that panic goes to whoever awaits the task or, when all are cancelled, on its way.
func (l *Local) Close() error {
	l.mu.Lock()
	l.signal.Or(isClosed)
	l.mu.Unlock()
	l.woken.owner.Wake()
	if p := l.cleanUp(); p != nil {
		panic(p)
	}
	return nil
}

// drive polls tasks until enough says that it is enough, which changes only when a task ends. If it
// is nil, one poll is enough.
func (l *Local) drive(ctx context.Context, enough func() bool) error {
	var stopped atomicUint32
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, func() { l.stop(&stopped) })()
	}
	for {
		if ended, err := l.shift(ctx, &stopped, enough); ended {
			return err
		}
	}
}

// stop has the driver look at its flag.
func (l *Local) stop(stopped *atomicUint32) {
	stopped.Store(1)
	l.signal.Or(mayStop)
	l.woken.owner.Wake()
}

// shift is drive up to a panic that somebody has been told of.
func (l *Local) shift(ctx context.Context, stopped *atomicUint32, enough func() bool) (ended bool, err error) {
	if !l.enter() {
		return true, ErrClosed
	}
	defer l.leave()
	most := lookEvery
	if enough == nil {
		most = 1
	} else if enough() {
		return true, nil
	}
	// What the context has set before we had entered does not show in the signal.
	for look := true; ; look = l.signal.Load()&^anyFresh != 0 {
		if look {
			l.signal.And(^uint32(mayStop)) // before the flag is read
			if stopped.Load() != 0 {
				return true, ctx.Err()
			}
			if l.isClosed() {
				return true, ErrClosed
			}
		}
		ended = enough == nil // also if the task panics
		polls, last := l.step(most)
		switch {
		case polls == 0:
			l.woken.owner.Register(l.unparker)
			if l.woken.empty() && l.signal.Load() == 0 {
				l.unparker.Park(true)
				l.unseen = 0
			}
			l.woken.owner.Clear()
		case enough == nil || last && enough():
			return true, nil
		case l.unseen >= lookEvery && l.opts.Parker != nil:
			l.unparker.Park(false)
			l.unseen = 0
		}
	}
}

// What a Local's field driven says.
const (
	undriven = iota
	driving
	// cleaning: whoever has closed it is cancelling its tasks.
	cleaning
)

// enter makes the caller the driver. It returns false if l is closed and has somebody already who sees
// to its tasks.
func (l *Local) enter() bool {
	for !l.driven.CompareAndSwap(undriven, driving) {
		switch l.driven.Load() {
		case driving:
			panic("future: a Local is driven twice at a time, or by one of its own tasks")
		case cleaning:
			return false
		}
	}
	if l.unparker != nil {
		return true
	}
	p := l.opts.Parker
	if p == nil {
		p = NewParker()
	}
	l.unparker = &unparker{p}
	if l.opts.Budget == 0 {
		l.opts.Budget = defaultBudget
	}
	l.cx.clock = l.opts.Clock
	return true
}

// leave ends what enter began. It is deferred: the panic of a task goes to whoever awaits that,
// and on its way if there is nobody.
func (l *Local) leave() {
	var again *PanicError
	if l.running != 0 {
		again = l.fail(recover())
	}
	l.driven.Store(undriven)
	if l.isClosed() {
		if p := l.cleanUp(); again == nil {
			again = p
		}
	}
	if again != nil {
		panic(again)
	}
}

// fail ends the task that was being polled, which has panicked with v. It returns what to panic
// with, if nobody was told.
func (l *Local) fail(v any) *PanicError {
	t := l.tasks[l.running-1]
	l.running = 0
	p := passedOn(v)
	told := t.fail(p)
	l.forget(t.base())
	if told || v == nil {
		return nil
	}
	return p
}

// cleanUp cancels the tasks of a closed Local, unless somebody else drives it, who will then. It
// returns the first panic that nobody was told of.
func (l *Local) cleanUp() (unheard *PanicError) {
	ended := false
	defer func() {
		if !ended {
			l.cleanUp() // a task has called runtime.Goexit, and the others are still there
		}
	}()
	for l.live.Load() > 0 && l.driven.CompareAndSwap(undriven, cleaning) {
		if p := l.dropAll(); unheard == nil {
			unheard = p
		}
	}
	ended = true
	return unheard
}

// dropAll cancels all tasks, and returns the first panic that nobody was told of.
func (l *Local) dropAll() (unheard *PanicError) {
	defer l.driven.Store(undriven)
	l.takeIn()
	for _, t := range l.tasks {
		if t == nil {
			continue
		}
		if p := l.dropOne(t); unheard == nil {
			unheard = p
		}
	}
	return unheard
}

func (l *Local) dropOne(t runnable) (unheard *PanicError) {
	defer l.forget(t.base())
	return t.giveUp()
}

// refuse cancels tasks that come too late, and returns the first panic that nobody was told of.
func refuse(tasks []runnable) (unheard *PanicError) {
	at := 0
	defer func() {
		if at < len(tasks) {
			refuse(tasks[at:]) // the one before has called runtime.Goexit
		}
	}()
	for at < len(tasks) {
		t := tasks[at]
		at++
		if p := t.giveUp(); unheard == nil {
			unheard = p
		}
	}
	return unheard
}
