package future

// node is something that can be woken and then waits to be polled: a task, or the child of
// a combinator. It is the waker of its future.
type node struct {
	// home is where it goes when it is woken.
	home *ready
	// next is the next one there, or in the list of whoever has taken it from there.
	next  *node
	state atomicUint32
	// index is its owner's.
	index uint32
}

// The states of a node are combinations of these. Without any it is idle. That it is
// running, and so running and woken, is known to its owner alone, who is the only one to
// poll it: a wake-up that comes while it runs schedules it as at any other time.
const (
	// scheduled: it is at home, or was taken from there and not polled yet.
	scheduled = 1 << iota
	// completed: its future has ended, and it is never polled again.
	completed
	// closing: its future is to be cancelled when it is next taken.
	closing
	// canceled: its future has ended by being cancelled.
	canceled
	// panicked: its future has ended in a panic.
	panicked
	// detached: cancelling the handle does not concern the task.
	detached

	// priorityShift is where a task's priority begins, which does not change.
	priorityShift = 8
)

// Wake schedules the node.
func (n *node) Wake() {
	if n.mark(0) {
		n.home.push(n)
	}
}

// schedule schedules the node with some more bits in its state, unless it has ended.
func (n *node) schedule(more uint32) {
	if n.mark(more) {
		n.home.push(n)
	}
}

// mark sets the bits, and says whether the node has to be put into the list.
func (n *node) mark(more uint32) bool {
	for {
		old := n.state.Load()
		if old&completed != 0 || old|more|scheduled == old {
			return false
		}
		if n.state.CompareAndSwap(old, old|more|scheduled) {
			return old&scheduled == 0
		}
	}
}

// begin has wake-ups from here on schedule the node again, and returns what it was. It is
// called before it is polled. It is scheduled, and nobody else takes that from it: so a subtraction
// clears the bit, which processors do in one instruction.
func (n *node) begin() uint32 { return n.state.Add(^uint32(scheduled)+1) + scheduled }

// end says that the node is never to be polled again, and returns what it was.
func (n *node) end(more uint32) uint32 { return n.state.Or(completed | more) }

// ready is where nodes go that have been woken. Any goroutine puts them there, and their owner
// takes them all at once.
type ready struct {
	// head is the last one to have come.
	head atomicPointer[node]
	// owner is woken when there is something to take.
	owner Slot
}

func (r *ready) push(n *node) {
	for {
		old := r.head.Load()
		writes(&n.next)
		n.next = old
		if r.head.CompareAndSwap(old, n) {
			break
		}
	}
	// Not only if there was nothing before: the first to come may be about to wake the
	// owner, which must not keep this one waiting. It is a load if the owner is awake.
	if !r.owner.empty() {
		r.owner.Wake()
	}
}

func (r *ready) empty() bool { return r.head.Load() == nil }

// takeChain returns what has come since the last time, the last one first.
func (r *ready) takeChain() *node {
	if r.empty() {
		return nil
	}
	return r.head.Swap(nil)
}

// take is takeChain with the first one first.
func (r *ready) take() *node {
	var first *node
	for n := r.takeChain(); n != nil; {
		writes(&n.next)
		next := n.next
		n.next = first
		first, n = n, next
	}
	return first
}
