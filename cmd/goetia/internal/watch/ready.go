package watch

import (
	"errors"
	"fmt"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// takesPerEvent bounds reads and accepts after one event. Edge mode wants all
// of it taken and has a bound only so that a peer cannot keep the others from
// their turn; it is armed again in that case.
const takesPerEvent = 256

// ready tells one event after taking away what caused it, and goes on or ends.
func (w *watcher) ready(ev poll.Event) error {
	src := w.sources[ev.Key]
	if src == nil {
		return nil
	}
	c := w.change(src, Ready)
	c.Ready = ev.Ready
	var accepted []sock.Socket
	all := true
	if src.extra != nil {
		src.extra.tell(c)
	} else {
		accepted, all = w.take(src, c)
	}
	w.told++
	if err := w.options.Tell(c); err != nil {
		return err
	}
	if c.Done {
		w.finish(src)
		return nil
	}
	if src.extra != nil {
		return nil // it needs no arming
	}
	for _, s := range accepted {
		peer := &source{target: Target{Kind: Connection, Addr: src.target.Addr}, s: s, interest: w.options.Interest}
		peer.name = "peer:" + s.Peer(src.target.Addr.Network()).String()
		if err := w.add(peer); err != nil {
			return err
		}
	}
	return w.rearm(src, ev.Ready, all)
}

// take takes away what made the source ready. It returns the connections that
// it accepted, and whether it took all there was.
func (w *watcher) take(src *source, c *Change) (accepted []sock.Socket, all bool) {
	if c.Ready.Any(poll.Closed) {
		c.note("closed elsewhere")
		c.Done = true
		return nil, true
	}
	if src.connecting && c.Ready != 0 {
		err := src.s.ConnectError()
		if err == nil && c.Ready.Any(poll.ConnectFailed) {
			err = errConnectFailed
		}
		if err != nil {
			w.refused(src, c, err)
			return nil, true
		}
		src.connecting = false
		c.note("connected from " + src.s.Local(src.target.Addr.Network()).String())
	}
	if c.Ready.Any(poll.Priority) {
		w.takeUrgent(src, c)
	}
	if src.target.Kind == Listener {
		return w.accept(src, c)
	}
	if c.Ready.Any(poll.Readable | poll.ReadClosed | poll.HangUp | poll.Error) {
		return nil, w.drain(src, c)
	}
	return nil, true
}

// errConnectFailed stands in where the system gives no reason.
var errConnectFailed = errors.New("the attempt failed")

func (w *watcher) takeUrgent(src *source, c *Change) {
	n, err := src.s.ReadUrgent(w.buf)
	if err == nil {
		c.Bytes += n
		c.note(fmt.Sprintf("read %d B urgent", n))
	}
}

func (w *watcher) accept(src *source, c *Change) (accepted []sock.Socket, all bool) {
	for range takesPerEvent {
		s, err := src.s.Accept()
		switch {
		case err == nil:
			accepted = append(accepted, s)
			c.note("accepted " + s.Peer(src.target.Addr.Network()).String())
		case err == sock.ErrWouldBlock:
			return accepted, true
		case err == sock.ErrAborted:
		default:
			c.note(sock.Reason(err))
			c.Done = !sock.IsExhausted(err)
			return accepted, true
		}
	}
	return accepted, false
}

// drain reads and throws away, and says whether that was all.
func (w *watcher) drain(src *source, c *Change) bool {
	read, all := 0, false
	for range takesPerEvent {
		if src.target.Kind == Descriptor && !hasData(uintptr(src.s)) {
			all = true
			break
		}
		n, err := src.s.Read(w.buf)
		if err == sock.ErrWouldBlock {
			all = true
			break
		}
		if err != nil {
			all = true
			defer c.note(sock.Reason(err))
			// A datagram socket's error is about an earlier datagram.
			c.Done = src.target.Kind != Datagrams
			break
		}
		if n == 0 && src.target.Kind != Datagrams {
			all = true
			defer c.note("end of stream")
			c.Done = true
			break
		}
		read += n
	}
	if read > 0 {
		c.Bytes += read
		c.note(fmt.Sprintf("read %d B", read))
	}
	return all
}

// rearm arms a source for its next event, where that is needed.
func (w *watcher) rearm(src *source, was poll.Readiness, all bool) error {
	mode := w.options.Mode
	in := w.options.Interest
	if was.Any(poll.Writable) {
		src.writable = true
	}
	if src.writable && mode != poll.Edge {
		// There still is room, so to ask again is to be told at once, without
		// end. An edge comes once by itself.
		in &^= poll.Writable
	}
	oneshot := mode == poll.Oneshot || mode == poll.EdgeOneshot
	if in == src.interest && !oneshot && all {
		return nil
	}
	if err := w.poller.Modify(src.s.Source(), src.key, in, mode); err != nil {
		return fmt.Errorf("%s: %w", src.name, err)
	}
	src.interest = in
	return nil
}
