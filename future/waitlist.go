package future

// waiter is a place in a waitList. It is a part of the future that waits, so waiting allocates
// nothing. The lock of whoever has the list guards all of it.
type waiter[V any] struct {
	// v is what the list's owner wants to know of the waiter: how much it wants, or what it
	// brings.
	v          V
	prev, next *waiter[V]
	// waker may be nil while nobody has asked yet.
	waker Waker
	state waitState
}

// waitState is what has become of a waiter.
type waitState uint8

const (
	// waitIdle: it does not wait.
	waitIdle waitState = iota
	// waitQueued: it is in the list.
	waitQueued
	// waitGranted: it was taken from the list and given what it had waited for, and does not
	// know yet.
	waitGranted
	// waitRefused: it was taken from the list because there will be nothing.
	waitRefused
	// waitOver: it knows.
	waitOver
)

// settle ends the wait of a waiter that was taken from the list, and returns whom to wake.
func (w *waiter[V]) settle(s waitState) Waker {
	waker := w.waker
	w.waker, w.state = nil, s
	return waker
}

// waitList is a queue made of the waiters' own links. The zero waitList is empty.
type waitList[V any] struct{ first, last *waiter[V] }

// push puts a waiter last, to be woken by waker.
func (l *waitList[V]) push(w *waiter[V], waker Waker) {
	w.state, w.waker = waitQueued, waker
	w.prev, w.next = l.last, nil
	if l.last == nil {
		l.first = w
	} else {
		l.last.next = w
	}
	l.last = w
}

// remove takes out a waiter that is in the list.
func (l *waitList[V]) remove(w *waiter[V]) {
	if w.prev == nil {
		l.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		l.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.prev, w.next = nil, nil
}

// leave ends the wait of a waiter that is not wanted any more, if it is in the list.
func (l *waitList[V]) leave(w *waiter[V]) {
	if w.state == waitQueued {
		l.remove(w)
		w.waker, w.state = nil, waitIdle
	}
}

// pop takes out the first waiter; nil if there is none.
func (l *waitList[V]) pop() *waiter[V] {
	w := l.first
	if w != nil {
		l.remove(w)
	}
	return w
}

// settleAll takes all waiters out.
func (l *waitList[V]) settleAll(s waitState, b *wakers) {
	for w := l.pop(); w != nil; w = l.pop() {
		b.add(w.settle(s))
	}
}

// wakers are collected while a lock is held and woken after that: a waker may run
// anything, the same lock included. The first few need no allocation.
type wakers struct {
	n    int
	few  [8]Waker
	more []Waker
}

// add notes a waker, if there is one.
func (b *wakers) add(w Waker) {
	switch {
	case w == nil:
	case b.n < len(b.few):
		b.few[b.n] = w
		b.n++
	default:
		b.more = append(b.more, w)
	}
}

// wake wakes all, in their order.
func (b *wakers) wake() {
	for _, w := range b.few[:b.n] {
		w.Wake()
	}
	for _, w := range b.more {
		w.Wake()
	}
}

// exhausted says whether Spend would return false. Who finds that with a lock held lets go of the
// lock first, because Spend wakes then.
func (cx *Context) exhausted() bool { return cx.left == 0 }
