package future

import "context"

// RWMutex is a lock that many readers or one writer hold, across polls. There is one queue for
// all: a writer waits for the readers that came before it, and the readers that come
// after it wait for the writer, so neither starves. A reader that locks again for reading
// while it holds the lock may therefore wait for ever.
//
// The zero RWMutex is unlocked. It must not be copied. It is safe for concurrent use.
type RWMutex struct{ p permits }

// Lock is a future of the lock for writing.
func (m *RWMutex) Lock() *Locking { return m.p.lock(whole) }

// RLock is a future of the lock for reading.
func (m *RWMutex) RLock() *Locking { return m.p.lock(1) }

// TryLock takes the lock for writing if it is free.
func (m *RWMutex) TryLock() (Guard, bool) { return m.p.tryLock(whole) }

// TryRLock takes the lock for reading if no writer has it or waits for it.
func (m *RWMutex) TryRLock() (Guard, bool) { return m.p.tryLock(1) }

// LockContext blocks the calling goroutine until it has the lock for writing, or returns the
// error of ctx if that is done before.
func (m *RWMutex) LockContext(ctx context.Context) (Guard, error) {
	return m.p.lockContext(ctx, whole)
}

// RLockContext blocks the calling goroutine until it has the lock for reading, or returns the
// error of ctx if that is done before.
func (m *RWMutex) RLockContext(ctx context.Context) (Guard, error) {
	return m.p.lockContext(ctx, 1)
}
