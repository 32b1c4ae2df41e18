package future

import "time"

// idler is a goroutine that waits for work.
type idler struct {
	// work has room for one, and is closed with the Pool.
	work chan *waiter[poolWork]
	next *idler
}

// submit has the Pool do something, in its turn.
func (p *Pool) submit(w *waiter[poolWork]) {
	p.mu.Lock()
	switch {
	case p.closed:
		p.mu.Unlock()
		w.v.refuse()
		return
	case p.stats.Running >= p.max():
		p.queue.push(w, nil)
		p.stats.Queued++
		p.mu.Unlock()
		return
	}
	p.begin(w)
	i := p.idle
	if i != nil {
		p.idle, i.next = i.next, nil
		p.stats.Idle--
	}
	p.mu.Unlock()
	if i != nil {
		i.work <- w
		return
	}
	go p.work(w)
}

// withdraw takes work out of the queue, and says whether it was there.
func (p *Pool) withdraw(w *waiter[poolWork]) bool {
	p.mu.Lock()
	queued := w.state == waitQueued
	if queued {
		p.queue.leave(w)
		p.stats.Queued--
	}
	p.mu.Unlock()
	if queued {
		p.settle()
	}
	return queued
}

// begin counts work that is about to be done. The lock is held.
func (p *Pool) begin(w *waiter[poolWork]) {
	p.running.push(w, nil)
	w.state = waitGranted
	p.stats.Running++
}

// work does one thing after the other.
func (p *Pool) work(w *waiter[poolWork]) {
	defer func() {
		if w == nil {
			return
		}
		// It has called runtime.Goexit, which ends this goroutine.
		if w = p.next(w, true); w != nil {
			go p.work(w)
		} else {
			p.settle()
		}
	}()
	for w != nil {
		w = p.following(w, w.v.run())
	}
}

// next counts work that is done, and returns what is queued.
func (p *Pool) next(done *waiter[poolWork], panicked bool) *waiter[poolWork] {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running.remove(done)
	done.state = waitIdle
	p.stats.Running--
	p.stats.Done++
	if panicked {
		p.stats.Panics++
	}
	w := p.queue.pop()
	if w != nil {
		p.stats.Queued--
		p.begin(w)
	}
	return w
}

// following is next, and waits for a while if there is nothing.
func (p *Pool) following(done *waiter[poolWork], panicked bool) *waiter[poolWork] {
	w := p.next(done, panicked)
	if w != nil {
		return w
	}
	p.settle()
	if p.opts.IdleTimeout <= 0 {
		return nil
	}
	i := &idler{work: make(chan *waiter[poolWork], 1)}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	i.next, p.idle = p.idle, i
	p.stats.Idle++
	p.mu.Unlock()
	t := time.NewTimer(p.opts.IdleTimeout)
	defer t.Stop()
	select {
	case w = <-i.work:
		return w
	case <-t.C:
	}
	if p.dismiss(i) {
		return nil
	}
	return <-i.work // it was chosen when its time was up
}

// dismiss takes a goroutine out of those that are idle, and says whether it was among them.
func (p *Pool) dismiss(i *idler) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for at := &p.idle; *at != nil; at = &(*at).next {
		if *at == i {
			*at = i.next
			p.stats.Idle--
			return true
		}
	}
	return false
}
