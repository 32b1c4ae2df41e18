package socknotify

import "github.com/goetia-go/goetia/internal/backend"

// entry is one registration. Entries are indexed by their token's index.
type entry struct {
	token    backend.Token
	socket   uintptr
	interest backend.Interest
	mode     backend.Mode
	// armed: the next event is to be reported.
	armed bool
	// gone: the kernel has no registration for it, and is to make one.
	gone bool
	// found is what waits to be handed out while ready is set.
	found backend.Readiness
	// ready and arming: in the queue of that name.
	ready, arming bool
}

// edge says that the registration goes on after a packet, and that the kernel does not
// look when it is enabled.
func (e *entry) edge() bool { return e.armed && e.mode == backend.Edge }

// find returns the registration of a token, or nil.
func (p *Poll) find(tok backend.Token) *entry {
	i := tok.Index()
	if i >= uint32(len(p.entries)) || p.entries[i].token != tok || tok == 0 {
		return nil
	}
	return &p.entries[i]
}

// resolve returns the registration that a packet is about, or nil. mistaken says that it
// comes from a socket which was registered in its stead.
func (p *Poll) resolve(key uintptr) (e *entry, mistaken bool) {
	mistaken = key&p.keys.mistaken() != 0
	i := p.keys.index(key)
	if i >= uint32(len(p.entries)) {
		return nil, mistaken
	}
	e = &p.entries[i]
	if e.token == 0 || p.key(e) != key&^p.keys.mistaken() {
		return nil, mistaken
	}
	return e, mistaken
}

// key is the key of a registration that is made.
func (p *Poll) key(e *entry) uintptr {
	key, _ := p.keys.of(e.token)
	return key
}

// forget frees the entry. The queues find out by themselves.
func (p *Poll) forget(e *entry) { *e = entry{} }

// tell queues the entry for being reported.
func (p *Poll) tell(e *entry, found backend.Readiness) {
	e.found |= found
	if !e.ready {
		e.ready = true
		p.ready = append(p.ready, e.token.Index())
	}
}

// rearm queues the entry for being enabled by the next Wait.
func (p *Poll) rearm(e *entry) {
	if !e.arming {
		e.arming = true
		p.arming = append(p.arming, e.token.Index())
	}
}
