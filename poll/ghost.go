package poll

import "github.com/goetia-go/goetia/internal/backend"

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
	if p.ghosts.again(tok) && r.Rebuild(p.table.live()) == nil {
		// After a failure, for want of descriptors say, the next one tries again.
		p.ghosts = nil
	}
}
