//go:build loom

package future

import (
	"context"
	"errors"
	"testing"

	"github.com/goetia-go/goetia/internal/loom"
)

// modelLocal makes a Local that waits as threads do, and has a thread drive it until it has no tasks.
func modelLocal(m *loom.Model, want error) *Local {
	l := NewLocal(LocalOptions{Parker: new(loom.Parker)})
	m.Go("driver", func() {
		err := l.Run(context.Background())
		loom.Assert(errors.Is(err, want), "Run: %v", err)
	})
	return l
}

// closed waits until a channel is closed.
func closed(c <-chan struct{}) {
	loom.Wait(func() bool {
		select {
		case <-c:
			return true
		default:
			return false
		}
	})
}

// once asserts that the future came to one end.
func (h *modelHand) once() {
	loom.Assert(h.ended+h.canceled == 1, "ended %d times and cancelled %d times", h.ended, h.canceled)
	h.slot.Clear()
	loom.Assert(h.slot.waker == nil, "a waker is left")
}

// result asserts that the task came to the end that its future came to.
func (h *modelHand) result(task *Task[int]) {
	r, ok := task.Result()
	loom.Assert(ok, "the task goes on")
	if h.canceled > 0 {
		loom.Assert(errors.Is(r.Err, ErrCanceled), "a cancelled task's error is %v", r.Err)
		return
	}
	loom.Assert(r.Value == 7 && r.Err == nil, "it has come to %v", r)
}

func TestLoomTaskWoken(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var h modelHand
		l := modelLocal(m, nil)
		task := Spawn[int](l, &h)
		m.Go("event", h.give)
		m.Go("spurious", func() { h.slot.Wake() })
		m.Finally(func() { h.once(); h.result(task) })
	})
}

func TestLoomTaskCanceledAndAwaited(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var h modelHand
		l := modelLocal(m, nil)
		task := Spawn[int](l, &h)
		m.Go("event", h.give)
		m.Go("canceler", task.Cancel)
		m.Go("awaiter", func() { BlockOnWith[Result[int]](new(loom.Parker), task) })
		m.Finally(func() { h.once(); h.result(task) })
	})
}

func TestLoomTaskDone(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var h modelHand
		l := modelLocal(m, nil)
		task := Spawn[int](l, &h)
		m.Go("canceler", task.Cancel)
		for _, name := range []string{"waiter", "other waiter"} {
			m.Go(name, func() {
				closed(task.Done())
				loom.Assert(task.Finished(), "Done is closed and the task goes on")
				_, _ = task.Result()
			})
		}
		m.Finally(func() { h.once(); h.result(task) })
	})
}

func TestLoomTaskDetached(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var h modelHand
		l := modelLocal(m, nil)
		task := Spawn[int](l, &h)
		m.Go("event", h.give)
		m.Go("holder", func() { task.Detach().Cancel() })
		m.Finally(func() {
			h.once()
			loom.Assert(h.ended == 1, "a detached task was cancelled")
		})
	})
}

// TestLoomTaskPanics: whoever awaits gets the panic, and if there is nobody the driver does.
func TestLoomTaskPanics(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		l := NewLocal(LocalOptions{Parker: new(loom.Parker)})
		task := Spawn(l, PollFunc[int](func(*Context) (int, bool) { panic("boo") }))
		caught := 0
		catch := func(f func()) func() {
			return func() {
				defer func() {
					if p, ok := recover().(*PanicError); ok {
						loom.Assert(p.Value == "boo", "%v", p)
						caught++
					}
				}()
				f()
			}
		}
		m.Go("driver", catch(func() { _ = l.Run(context.Background()) }))
		m.Go("awaiter", catch(func() { BlockOnWith[Result[int]](new(loom.Parker), task) }))
		m.Finally(func() { loom.Assert(caught >= 1 && l.IsEmpty(), "caught %d times, %d tasks left", caught, l.Len()) })
	})
}
