package wsapoll

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// Poll is a set of sockets in groups.
type Poll struct {
	k         kernel
	groupSize int
	readiness backend.Readiness

	// mu guards all but what belongs to Wait.
	mu      sync.Mutex
	entries []entry
	groups  []*group
	queue   queue
	// resting are the level-triggered ones that the last Wait reported.
	resting []backend.Token
	stamps  uint64
	// epoch numbers the Waits.
	epoch    uint64
	waiting  bool
	notified bool
	// failed is what ended a group's round, until a Wait tells it.
	failed error
	// trouble is what Close has to tell.
	trouble error
	// changed is signalled when a round has ended or failed was told.
	changed sync.Cond
	running sync.WaitGroup

	// ring has one place: "there is something to look at".
	ring chan struct{}

	// What follows belongs to the goroutine inside Wait.

	timer *time.Timer
	batch []candidate
	fds   []winsock.PollFD

	waits, completions atomic.Uint64
}

func newPoll(k kernel, groupSize int, readiness backend.Readiness) *Poll {
	p := &Poll{k: k, groupSize: groupSize, readiness: readiness, ring: make(chan struct{}, 1)}
	p.changed.L = &p.mu
	return p
}

// Features implements backend.Backend.
func (p *Poll) Features() backend.Features {
	return backend.Features{
		Modes:        backend.Modes(backend.Oneshot, backend.Level, backend.EdgeOneshot),
		Interests:    backend.AllInterests,
		Readiness:    p.readiness,
		ReportsClose: true,
		SocketsOnly:  true,
		// The Go runtime's timers.
		Resolution: 2 * time.Millisecond,
	}
}

func refuse(mode backend.Mode) error {
	if mode == backend.Edge {
		return fmt.Errorf("%w: WSAPoll is level-triggered", backend.ErrUnsupported)
	}
	return nil
}

// Add implements backend.Backend.
func (p *Poll) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	if err := refuse(mode); err != nil {
		return err
	}
	stream, err := p.k.check(h)
	if err != nil {
		return fmt.Errorf("%w: %w", backend.ErrBadDescriptor, err)
	}
	id := identify(p.k, h, stream)
	p.mu.Lock()
	defer p.mu.Unlock()
	if old != 0 && p.stands(old, id) {
		return backend.ErrExists
	}
	for uint32(len(p.entries)) <= tok.Index() {
		p.entries = append(p.entries, entry{})
	}
	e := &p.entries[tok.Index()]
	*e = entry{token: tok, handle: h, id: id, stream: stream}
	if err := p.join(e); err != nil {
		*e = entry{}
		return fmt.Errorf("opening a group of sockets: %w", err)
	}
	p.arm(e, in, mode)
	return nil
}

// stands says whether an earlier registration of a number is still about the
// socket that has the number now. If not, it is forgotten.
func (p *Poll) stands(old backend.Token, now identity) bool {
	e := p.find(old)
	if e == nil {
		return false
	}
	verdict := e.id.compare(now)
	if verdict == unknown && e.state == watched {
		// The group's call holds the socket that was registered, not its
		// number. If that was closed, the round that a kick ends says so.
		p.awaitRound(e.group)
		if e = p.find(old); e == nil {
			return false
		}
	}
	switch {
	case e.state == ended || verdict == different:
	case verdict == unknown && e.state == idle:
		// Nobody was looking, so it cannot be known. Refusing would lock the
		// number for a program that closed first.
	default:
		return true
	}
	p.forget(e)
	return false
}

// awaitRound returns when the group has finished looking.
func (p *Poll) awaitRound(g *group) {
	before := g.rounds
	g.kick()
	for g.rounds == before && p.failed == nil {
		p.changed.Wait()
	}
}

// Modify implements backend.Backend.
func (p *Poll) Modify(h uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) error {
	if err := refuse(mode); err != nil {
		return err
	}
	_, bad := p.k.check(h)
	now := localOf(p.k, h)
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.find(tok)
	switch {
	case e == nil:
		return backend.ErrNotFound
	case bad != nil:
		p.forget(e)
		return fmt.Errorf("%w: %w", backend.ErrBadDescriptor, bad)
	case e.state == ended || e.id.compare(now) == different:
		p.forget(e)
		return backend.ErrNotFound
	}
	e.id.learn(now)
	p.arm(e, in, mode)
	return nil
}

// Delete implements backend.Backend.
func (p *Poll) Delete(_ uintptr, tok backend.Token) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.find(tok); e != nil {
		p.forget(e)
	}
	return nil
}

// Counters implements backend.Counter.
func (p *Poll) Counters() backend.Counters {
	return backend.Counters{Waits: p.waits.Load(), Completions: p.completions.Load()}
}

// Close implements backend.Backend. It returns when the groups' goroutines have
// ended and their wake-up sockets are closed.
func (p *Poll) Close() error {
	p.mu.Lock()
	for _, g := range p.groups {
		g.stop = true
		g.kick()
	}
	p.changed.Broadcast()
	p.mu.Unlock()
	p.running.Wait()
	if p.timer != nil {
		p.timer.Stop()
	}
	return p.trouble
}
