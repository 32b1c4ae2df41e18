package poll

import (
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// ghosts are tokens that were reported though they are in the table no more.
// Once is a coincidence: the registration was deleted after the kernel had
// looked. If one comes again, the kernel cannot be told to forget it (its
// descriptor was closed while a duplicate lives), and in level mode it would keep
// a Wait spinning for as long as the duplicate is ready.
type ghosts map[backend.Token]struct{}

// maxGhosts bounds the memory for coincidences.
const maxGhosts = 64

// again notes a token and says whether it was noted before.
func (g ghosts) again(tok backend.Token) bool {
	if _, seen := g[tok]; seen {
		return true
	}
	if len(g) == maxGhosts {
		for other := range g {
			delete(g, other) // any: those that come again will be met again
			break
		}
	}
	g[tok] = struct{}{}
	return false
}

// haunt is called, with mu held and nobody inside the mechanism, for an event
// that has no registration.
func (p *Poller) haunt(tok backend.Token) {
	r, ok := p.b.(backend.Rebuilder)
	if !ok {
		return
	}
	if p.ghosts == nil {
		p.ghosts = make(ghosts)
	}
	if !p.ghosts.again(tok) {
		return
	}
	// It fails for want of descriptors, say. The next one tries again.
	p.haunted = r.Rebuild(p.table.live()) != nil
	if !p.haunted {
		p.ghosts = nil
	}
}

// hauntedPause is how long a Wait holds back that would otherwise spin.
const hauntedPause = 5 * time.Millisecond

// pausing says, once for each failure, that the mechanism keeps reporting what
// is not wanted and could not be rebuilt.
func (p *Poller) pausing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.haunted
	p.haunted = false
	return was
}
