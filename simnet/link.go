package simnet

import (
	"math"
	"time"
)

// Link is what lies between two hosts, in one direction. The zero value is perfect.
// Negative values count as zero.
type Link struct {
	// Latency is how long everything is under way.
	Latency time.Duration
	// Jitter is by how much more it may take, by chance. It does not change the order
	// of a stream; packets can overtake one another.
	Jitter time.Duration
	// Bandwidth is in bytes per second, for all that goes this way together. Zero means
	// that there is no limit.
	Bandwidth int
	// Loss is the share of packets that are lost, from 0 to 1. Streams lose nothing: of
	// them TCP sees to that.
	Loss float64
	// Down: nothing arrives. Packets are lost, and streams stand still until the link is
	// up again.
	Down bool
}

// segmentSize is in what pieces a link with a bandwidth carries a stream.
const segmentSize = 1460

// wire is a Link in use.
type wire struct {
	Link
	// cut: it runs between the parts of a partition.
	cut bool
	// busy is until when what was sent earlier takes all of the bandwidth.
	busy time.Time
}

func (w *wire) up() bool { return !w.Down && !w.cut }

// SetLink says what lies on the way from one host to another. What is under way already is
// not affected, except that nothing arrives over a link that is down. A way from a
// host to itself can be given, too.
func (n *Network) SetLink(from, to *Host, l Link) {
	n.mu.Lock()
	defer n.unlock()
	n.wire(from, to).Link = l
	n.resume()
}

// SetLinks is SetLink for both directions.
func (n *Network) SetLinks(a, b *Host, l Link) {
	n.SetLink(a, b, l)
	n.SetLink(b, a, l)
}

// Link returns what lies on the way from one host to another. It does not tell of a
// partition.
func (n *Network) Link(from, to *Host) Link {
	n.mu.Lock()
	defer n.unlock()
	return n.wire(from, to).Link
}

// Partition cuts every way between hosts of different groups, in both directions, until
// [Network.Heal]. Other ways, and earlier partitions, stay as they are.
func (n *Network) Partition(groups ...[]*Host) {
	n.mu.Lock()
	defer n.unlock()
	for i, group := range groups {
		for j, others := range groups {
			if i == j {
				continue
			}
			for _, a := range group {
				for _, b := range others {
					if a != b {
						n.wire(a, b).cut = true
					}
				}
			}
		}
	}
}

// Heal ends all partitions. Links that are Down stay so.
func (n *Network) Heal() {
	n.mu.Lock()
	defer n.unlock()
	for _, w := range n.wires {
		w.cut = false
	}
	n.resume()
}

func (n *Network) wire(from, to *Host) *wire {
	key := [2]*Host{from, to}
	w := n.wires[key]
	if w == nil {
		w = new(wire)
		if from != to {
			w.Link = n.Default
		}
		if n.wires == nil {
			n.wires = make(map[[2]*Host]*wire)
		}
		n.wires[key] = w
	}
	return w
}

// arrival is when something arrives that is sent now.
func (n *Network) arrival(w *wire, size int) time.Time {
	at := time.Now()
	if w.Bandwidth > 0 {
		if w.busy.After(at) {
			at = w.busy
		}
		took := float64(size) / float64(w.Bandwidth) * float64(time.Second)
		at = at.Add(time.Duration(min(took, math.MaxInt64/2)))
		w.busy = at
	}
	at = at.Add(max(w.Latency, 0))
	if w.Jitter > 0 {
		at = at.Add(time.Duration(n.chance() * float64(w.Jitter)))
	}
	return at
}
