package simnet

import "github.com/goetia-go/goetia"

// ask is a question of goetia.Notifier's that has not been answered.
type ask struct {
	in goetia.Interest
	f  func(goetia.Readiness)
}

// asks are those of one connection, in the order in which they came.
type asks []*ask

// call is an answer, to be given without the lock.
type call struct {
	f     func(goetia.Readiness)
	ready goetia.Readiness
}

// unasked are the conditions that concern everybody.
const unasked = goetia.HangUp | goetia.Error | goetia.ConnectFailed | goetia.Closed

// notifyReady is NotifyReady for whoever has the readiness and the asks.
func (n *Network) notifyReady(to *asks, ready func() goetia.Readiness, in goetia.Interest, f func(goetia.Readiness)) (stop func() bool) {
	n.mu.Lock()
	defer n.unlock()
	a := &ask{in, f}
	*to = append(*to, a)
	n.answer(to, ready())
	return func() bool {
		n.mu.Lock()
		defer n.mu.Unlock()
		for i, other := range *to {
			if other == a {
				*to = append((*to)[:i:i], (*to)[i+1:]...)
				return true
			}
		}
		return false
	}
}

// answer answers those whose condition holds, as soon as the lock is given up.
func (n *Network) answer(to *asks, ready goetia.Readiness) {
	var left asks
	for _, a := range *to {
		mask := goetia.Readiness(a.in) | unasked
		if a.in == 0 {
			mask = goetia.Closed // who asks for nothing hears of the end only
		}
		if ready&mask == 0 {
			left = append(left, a)
			continue
		}
		if a.in&goetia.Readable != 0 {
			mask |= goetia.ReadClosed
		}
		n.calls = append(n.calls, call{a.f, ready & mask})
	}
	*to = left
}
