package simnet

import (
	"container/heap"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"
)

// Network is a set of hosts and what lies between them. The zero value is ready to use; its
// fields must not be changed after its first use. Its methods are safe for concurrent use.
type Network struct {
	// Buffer is how many bytes of one direction of a stream can be on their way or unread
	// before its writer has to wait, and how many bytes of packets can be unread
	// before more are lost. If it is not positive, it is 64 KiB.
	Buffer int
	// Backlog is how many connections of a listener can wait for Accept. Further ones
	// wait in Dial. If it is not positive, it is 128.
	Backlog int
	// Default is what lies between two hosts that [Network.SetLink] has said
	// nothing of. A host's way to itself is always perfect.
	Default Link
	// Seed is what chance begins with.
	Seed uint64

	// mu guards everything in the network: nothing here is long, and one lock makes one order.
	mu     sync.Mutex
	hosts  map[string]*Host
	byAddr map[netip.Addr]*Host
	wires  map[[2]*Host]*wire
	// stalled are the flows that wait for a wire to come back, in order.
	stalled []*flow
	rng     *rand.Rand
	// conns are the connections that have an open end, by their dialled ends, with the
	// order in which they were made.
	conns map[*Conn]uint64

	events events
	seq    uint64
	timer  *time.Timer
	// timerAt is when the timer is due; the zero time if it is not set.
	timerAt time.Time

	// calls are to be made once the lock is given up.
	calls []call
}

const (
	defaultBuffer  = 64 << 10
	defaultBacklog = 128
)

func (n *Network) buffer() int {
	if n.Buffer > 0 {
		return n.Buffer
	}
	return defaultBuffer
}

func (n *Network) backlog() int {
	if n.Backlog > 0 {
		return n.Backlog
	}
	return defaultBacklog
}

// Host returns the host of a name, which is made when it is first asked for. If the name is
// an IP address then that is the host's address. Others get the addresses 10.0.0.1,
// 10.0.0.2 and so on, in the order in which they are asked for. The names "" and
// "localhost" and loopback addresses always mean the host that dials, not one of the
// network's.
func (n *Network) Host(name string) *Host {
	n.mu.Lock()
	defer n.unlock()
	if h := n.lookup(name); h != nil {
		return h
	}
	addr, err := netip.ParseAddr(name)
	if err == nil {
		addr = addr.Unmap()
	} else {
		addr = n.freeAddr()
	}
	h := &Host{n: n, name: name, addr: addr, listeners: make(map[uint16]*Listener), packets: make(map[uint16]*PacketConn), used: make(map[tuple]bool)}
	if n.hosts == nil {
		n.hosts, n.byAddr = make(map[string]*Host), make(map[netip.Addr]*Host)
	}
	n.hosts[name], n.byAddr[addr] = h, h
	return h
}

// lookup finds a host by its name or address.
func (n *Network) lookup(name string) *Host {
	if h := n.hosts[name]; h != nil {
		return h
	}
	if addr, err := netip.ParseAddr(name); err == nil {
		return n.byAddr[addr.Unmap()]
	}
	return nil
}

func (n *Network) freeAddr() netip.Addr {
	addr := netip.AddrFrom4([4]byte{10, 0, 0, 0})
	for {
		if addr = addr.Next(); n.byAddr[addr] == nil {
			return addr
		}
	}
}

// chance is from 0 up to 1.
func (n *Network) chance() float64 {
	if n.rng == nil {
		n.rng = rand.New(rand.NewPCG(n.Seed, 0))
	}
	return n.rng.Float64()
}

// unlock gives the lock up and makes the calls that are due.
func (n *Network) unlock() {
	calls := n.calls
	n.calls = nil
	n.mu.Unlock()
	for _, c := range calls {
		c.f(c.ready)
	}
}

// wait waits for a condition, with the lock held. What it returns for may be the calls that
// had to be made first, so the caller looks again.
func (n *Network) wait(c *sync.Cond) {
	if len(n.calls) > 0 {
		n.unlock()
		n.mu.Lock()
		return
	}
	c.Wait()
}

// event is something that happens later.
type event struct {
	at  time.Time
	seq uint64
	do  func()
}

// events is a heap: the earliest first, and of those of one moment the first.
type events []event

func (e events) Len() int      { return len(e) }
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e events) Less(i, j int) bool {
	if c := e[i].at.Compare(e[j].at); c != 0 {
		return c < 0
	}
	return e[i].seq < e[j].seq
}

func (e *events) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	(*e)[last] = event{}
	*e = (*e)[:last]
	return x
}

// schedule has something done at a time, with the lock held.
func (n *Network) schedule(at time.Time, do func()) {
	n.seq++
	heap.Push(&n.events, event{at, n.seq, do})
	n.arm()
}

// arm sets the timer to the first event.
func (n *Network) arm() {
	if len(n.events) == 0 {
		return
	}
	at := n.events[0].at
	if !n.timerAt.IsZero() && !at.Before(n.timerAt) {
		return
	}
	if n.timer != nil {
		n.timer.Stop() // if it is too late for that, run finds nothing to do
	}
	n.timerAt = at
	n.timer = time.AfterFunc(time.Until(at), n.run)
}

// run does what is due.
func (n *Network) run() {
	n.mu.Lock()
	defer n.unlock()
	n.timerAt = time.Time{}
	for len(n.events) > 0 && !n.events[0].at.After(time.Now()) {
		heap.Pop(&n.events).(event).do()
	}
	n.arm()
}
