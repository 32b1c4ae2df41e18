// Package waiting has tasks, goroutines and coroutines that wait for each other, as rivals for package
// pair. Each works on a goroutine of its own, which no thread is locked to.
package waiting

// worker runs functions on one goroutine.
type worker chan func()

func newWorker() worker {
	w := make(worker)
	go func() {
		for f := range w {
			f()
		}
	}()
	return w
}

// do runs f there, and waits for it.
func (w worker) do(f func()) {
	done := make(chan struct{})
	w <- func() { defer close(done); f() }
	<-done
}

func (w worker) stop() { close(w) }

// perTurn is how many units a turn has, so that what leads to the worker does not count.
const perTurn = 1024
