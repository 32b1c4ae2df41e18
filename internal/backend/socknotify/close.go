package socknotify

// Close implements backend.Backend: it removes every registration, takes in the packets
// that say so, and closes the port. The kernel keeps nothing of ours to write to, so
// that a packet which does not come is no reason to wait.
func (p *Poll) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.arming, p.ready = nil, nil
	for i := 0; i < len(p.entries); {
		p.batch = p.batch[:0]
		for ; i < len(p.entries) && len(p.batch) < maxBatch; i++ {
			if e := &p.entries[i]; e.token != 0 {
				p.batch = append(p.batch, removal(e.socket))
			}
		}
		p.changeAll()
	}
	p.entries = nil
	_ = p.reap(0) // what is lost with the port was nobody's
	p.removals = removals{}
	p.count()
	return p.k.Close()
}
