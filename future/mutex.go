package future

import "context"

// Mutex is a lock that is held across polls, by a task or a goroutine. Those who wait get it in
// the order in which they came: it is handed over, so nobody snatches it from them. For
// what is not held across a wait, sync.Mutex is cheaper.
//
// The zero Mutex is unlocked. It must not be copied. It is safe for concurrent use.
type Mutex struct{ p permits }

// Guard is a lock that is held. It is a value and may be handed on to others, who unlock it.
type Guard struct {
	of *permits
	n  int64
}

// Unlock gives the lock to the next who waits. It is called once; a call too many panics if
// nobody holds the lock, and takes it from its holder otherwise.
func (g Guard) Unlock() { g.of.release(g.n, "Unlock") }

// Locking is a [Future] of a lock. Once it was ready or cancelled it may be used again, for the
// next time. Cancelling it leaves the queue, or lets go of the lock if that was given to
// it meanwhile.
type Locking struct{ acquiring }

// Poll implements [Future].
func (l *Locking) Poll(cx *Context) (g Guard, ready bool) {
	if !l.poll(cx) {
		return g, false
	}
	return Guard{l.of, l.w.v}, true
}

// lock makes the future of n permits.
func (p *permits) lock(n int64) *Locking {
	l := &Locking{acquiring{of: p}}
	l.w.v = n
	return l
}

func (p *permits) tryLock(n int64) (Guard, bool) {
	if !p.try(n) {
		return Guard{}, false
	}
	return Guard{p, n}, true
}

func (p *permits) lockContext(ctx context.Context, n int64) (Guard, error) {
	if p.try(n) {
		return Guard{p, n}, nil
	}
	return Await(ctx, p.lock(n))
}

// Lock is a future of the lock. Its place in the queue is that of its first poll.
func (m *Mutex) Lock() *Locking { return m.p.lock(whole) }

// TryLock takes the lock if it is free.
func (m *Mutex) TryLock() (Guard, bool) { return m.p.tryLock(whole) }

// LockContext blocks the calling goroutine until it has the lock, or returns the error of
// ctx if that is done before. It does not look at ctx if the lock is free.
func (m *Mutex) LockContext(ctx context.Context) (Guard, error) { return m.p.lockContext(ctx, whole) }
