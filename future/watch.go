package future

// Watch holds one value and tells those who watch when there is a newer one. Who is slow
// misses those in between, never the last one.
//
// The zero Watch holds the zero value and is ready for use. It must not be copied, and is safe
// for concurrent use.
type Watch[T any] struct {
	mu      mutex
	value   T
	version uint64
	closed  bool
	waiting waitList[struct{}]
}

// NewWatch makes a Watch that holds v.
func NewWatch[T any](v T) *Watch[T] { return &Watch[T]{value: v} }

// Set puts a new value in place of the old one.
func (w *Watch[T]) Set(v T) { w.Update(func(T) T { return v }) }

// Update puts what f makes of the value in its place. No other change comes in between; f must not
// use the Watch. After Close there are no more changes: f is not called.
func (w *Watch[T]) Update(f func(T) T) {
	var b wakers
	func() {
		w.mu.Lock()
		defer w.mu.Unlock() // f may panic
		if w.closed {
			return
		}
		w.value = f(w.value)
		w.version++
		w.waiting.settleAll(waitIdle, &b)
	}()
	b.wake()
}

// Get is the value.
func (w *Watch[T]) Get() T {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.value
}

// Close says that the value changes no more: watchers that have seen it get [ErrChannelClosed].
func (w *Watch[T]) Close() {
	var b wakers
	w.mu.Lock()
	w.closed = true
	w.waiting.settleAll(waitIdle, &b)
	w.mu.Unlock()
	b.wake()
}

// Watcher makes one who watches, and has seen the value of now. Nothing needs to be done when it is
// not needed any more.
func (w *Watch[T]) Watcher() *Watcher[T] {
	w.mu.Lock()
	defer w.mu.Unlock()
	return &Watcher[T]{of: w, seen: w.version}
}
