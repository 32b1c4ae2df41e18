package future

// Parker is where whoever runs futures waits. One that drives a reactor meanwhile saves that a
// goroutine of its own.
type Parker interface {
	// Park waits until Unpark is called, and not at all if it was since Park last
	// returned. It may return for no reason. If wait is false it only sees to what has
	// come, for an executor that is never idle.
	Park(wait bool)
	// Unpark may be called from any goroutine.
	Unpark()
}

// NewParker makes a Parker that waits in a channel.
func NewParker() Parker { return make(channelParker, 1) }

type channelParker chan struct{}

func (p channelParker) Park(wait bool) {
	if wait {
		<-p
	}
}

func (p channelParker) Unpark() {
	select {
	case p <- struct{}{}:
	default:
	}
}

// unparker is the waker of whoever is in Park.
type unparker struct{ Parker }

func (u *unparker) Wake() { u.Unpark() }
