package future

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// ErrClosed is returned by a [Local] that was closed.
var ErrClosed = errors.New("future: executor closed")

// Local runs tasks on the goroutine that drives it, one at a time: their futures need no
// locks among themselves. It has no goroutine of its own; [Local.Run], [Local.Tick] and
// [Local.TryTick] drive it, or it is polled as a future of another executor's. One goroutine at
// a time drives a Local; a second one, or a task that drives its own, panics. Spawning
// and waking are safe from any goroutine at any time.
//
// Tasks run in the order in which they were woken, if they have the same priority, so a
// program whose wake-ups come from its own tasks does the same in every run.
//
// The zero Local is ready for use, and is the same as NewLocal(LocalOptions{}). A Local must
// not be copied.
type Local struct {
	opts LocalOptions
	// woken are the tasks that have been woken, and who is to be told of that.
	woken ready
	queue runQueue
	// tasks are those that were not ended yet, by their nodes' index; free are the
	// places in it that nobody has. Both belong to the driver.
	tasks []runnable
	free  []uint32
	cx    Context
	// unparker wakes the driver.
	unparker *unparker
	// running is the index of the task that is being polled, and one; 0 if there is none.
	running uint32
	// unseen counts the polls since it has looked at its Parker.
	unseen int
	// eager: what was woken is taken from there before each poll, and not only if
	// nothing else is ready. It may come before others.
	eager  bool
	driven atomicUint32
	// live is how many tasks have not ended.
	live atomicInt64

	// signal is what the driver looks at before each poll; usually it is zero.
	signal atomicUint32
	// fresh are the tasks that the driver has not seen yet.
	mu    mutex
	fresh []runnable
}

// What a Local's signal says.
const (
	// anyFresh: there are fresh tasks. It changes with the lock held.
	anyFresh = 1 << iota
	// isClosed: it was closed. It changes with the lock held, and once.
	isClosed
	// mayStop: the context of whoever drives may be done.
	mayStop
)

// LocalOptions configure a [Local].
type LocalOptions struct {
	// Seed, if not zero, has the tasks that are ready run in an order that is drawn at
	// random, the same for the same seed: for tests that look for what depends on
	// the order.
	Seed uint64
	// Budget is how many steps a task takes at most before others have their turn
	// (see [Context.Spend]); 128 if it is zero, without limit if negative.
	Budget int
	// Sites has each task note where it was spawned, which takes half a kilobyte and some
	// microseconds.
	Sites bool
	// Clock is what the tasks' timers go by; [System] if it is nil.
	Clock Clock
	// Parker is where the Local waits; a channel if it is nil.
	Parker Parker
	// OnSlowPoll, if not nil, is called after each poll that took SlowPoll or longer: something has
	// blocked there, or has computed for long, and kept all other tasks waiting. It is
	// called by the goroutine that drives the Local, and its panics are that one's. The time
	// is package time's, whatever Clock says.
	OnSlowPoll func(SlowPoll)
	SlowPoll   time.Duration
}

// SlowPoll is a poll that took long.
type SlowPoll struct {
	// Task and Site are the task's name and where it was spawned, if known.
	Task, Site string
	Took       time.Duration
}

// Priority is which of the tasks that are ready come first.
type Priority uint8

// The priorities. Now and then a low one comes first, so that it is not kept waiting for ever.
const (
	Normal Priority = iota
	High
	Low

	priorities
)

// TaskOptions are for [SpawnWith].
type TaskOptions struct {
	// Name is for panics and for people.
	Name     string
	Priority Priority
}

// runnable is a task, whatever its type.
type runnable interface {
	base() *node
	run(cx *Context) (ended bool)
	drop()
	fail(p *PanicError) (told bool)
	giveUp() (unheard *PanicError)
	Name() string
	Site() string
}

const (
	defaultBudget = 128
	// lookEvery is after how many polls a Local that is never idle looks at what has
	// come to its Parker.
	lookEvery = 64
)

// NewLocal makes a Local.
func NewLocal(opts LocalOptions) *Local {
	l := &Local{opts: opts}
	if opts.Seed != 0 {
		l.queue.random = rand.New(rand.NewPCG(opts.Seed, opts.Seed))
		l.eager = true
	}
	return l
}

// Spawn gives a future to l to run. Once l is closed, the future is cancelled at once.
func Spawn[T any](l *Local, f Future[T]) *Task[T] {
	t := newTask(l, TaskOptions{}, f)
	l.admit(t)
	return t
}

// SpawnWith is [Spawn] with options. It panics if the priority is none.
func SpawnWith[T any](l *Local, opts TaskOptions, f Future[T]) *Task[T] {
	if opts.Priority >= priorities {
		panic(fmt.Sprintf("future: SpawnWith: no priority %d", opts.Priority))
	}
	t := newTask(l, opts, f)
	l.admit(t)
	return t
}

// SpawnMany spawns several futures at once, for less than one after the other costs.
func SpawnMany[T any](l *Local, fs ...Future[T]) []*Task[T] {
	tasks := make([]*Task[T], len(fs))
	all := make([]runnable, len(fs))
	for i, f := range fs {
		tasks[i] = newTask(l, TaskOptions{}, f)
		all[i] = tasks[i]
	}
	l.admit(all...)
	return tasks
}

// newTask makes a task. Its caller's caller is the site.
func newTask[T any](l *Local, opts TaskOptions, f Future[T]) *Task[T] {
	if f == nil {
		panic("future: Spawn of a nil Future")
	}
	t := &Task[T]{future: f}
	t.home = &l.woken
	t.state.Store(scheduled | uint32(opts.Priority)<<priorityShift)
	if opts.Name != "" {
		t.more().name = opts.Name
	}
	if l.opts.Sites {
		t.more().site = callSite(2)
	}
	return t
}

// admit has the driver take new tasks in.
func (l *Local) admit(tasks ...runnable) {
	l.mu.Lock()
	closed := l.isClosed()
	if !closed {
		l.live.Add(int64(len(tasks)))
		l.fresh = append(l.fresh, tasks...)
		l.signal.Or(anyFresh)
	}
	l.mu.Unlock()
	if closed {
		if p := refuse(tasks); p != nil {
			panic(p)
		}
		return
	}
	l.woken.owner.Wake()
}

// IsEmpty says whether there are no tasks that have not ended.
func (l *Local) IsEmpty() bool { return l.live.Load() == 0 }

// Len is how many tasks have not ended.
func (l *Local) Len() int { return int(l.live.Load()) }

func (l *Local) isClosed() bool { return l.signal.Load()&isClosed != 0 }

// takeIn puts what has been spawned into the table and into the queue.
func (l *Local) takeIn() {
	l.mu.Lock()
	fresh := l.fresh
	l.fresh = nil
	l.signal.And(^uint32(anyFresh))
	l.mu.Unlock()
	for _, t := range fresh {
		n := t.base()
		l.place(t)
		l.queue.push(n)
		if rankOf(n) != rank[Normal] {
			l.eager = true
		}
	}
}

// place gives a task an index.
func (l *Local) place(t runnable) {
	if k := len(l.free); k > 0 {
		i := l.free[k-1]
		l.free = l.free[:k-1]
		l.tasks[i] = t
		t.base().index = i
		return
	}
	t.base().index = uint32(len(l.tasks))
	l.tasks = append(l.tasks, t)
}

// step polls the tasks whose turn it is, up to so many, up to one that ends, and up to something that
// the caller has to look at. It returns how many polls there were, and whether the last one's
// task has ended. There are none only if no task is ready.
func (l *Local) step(most int) (polls int, ended bool) {
	var slow *SlowPoll
	for polls < most {
		if s := l.signal.Load(); s != 0 {
			if s&^anyFresh != 0 && polls > 0 {
				break
			}
			if s&anyFresh != 0 {
				l.takeIn()
			}
		}
		var n *node
		if (l.queue.filled == 0 || l.eager) && !l.woken.empty() {
			n = l.woken.takeChain()
			reads(&n.next)
			if n.next != nil || l.queue.filled != 0 {
				l.queue.push(n)
				n = l.queue.pop()
			}
		} else if n = l.queue.pop(); n == nil {
			break
		}
		was := n.begin()
		if was&completed != 0 {
			continue // it was woken while it ran for the last time
		}
		polls++
		l.running = n.index + 1
		if t := l.tasks[n.index]; l.opts.OnSlowPoll != nil {
			ended, slow = l.timed(t, n, was)
		} else if was&closing == 0 {
			l.cx.left = l.opts.Budget
			l.cx.waker = n
			ended = t.run(&l.cx)
		} else {
			t.drop()
			ended = true
		}
		l.running = 0
		if ended {
			l.forget(n)
		}
		if slow != nil {
			l.opts.OnSlowPoll(*slow) // if it panics, that is not the task's doing
		}
		if ended {
			break
		}
	}
	l.unseen += polls
	return polls, ended
}

// timed polls or cancels a task, and returns what to report if that has taken long.
func (l *Local) timed(t runnable, n *node, was uint32) (ended bool, slow *SlowPoll) {
	began := time.Now()
	if was&closing == 0 {
		l.cx.left = l.opts.Budget
		l.cx.waker = n
		ended = t.run(&l.cx)
	} else {
		t.drop()
		ended = true
	}
	if took := time.Since(began); took >= l.opts.SlowPoll {
		slow = &SlowPoll{t.Name(), t.Site(), took}
	}
	return ended, slow
}

// forget takes a task that has ended out of the table.
func (l *Local) forget(n *node) {
	l.tasks[n.index] = nil
	l.free = append(l.free, n.index)
	l.live.Add(-1)
}
