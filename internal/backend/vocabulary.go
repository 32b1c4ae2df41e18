package backend

// Interest says which conditions a registration wants to hear of.
type Interest uint8

// The interests. They can be combined.
const (
	Readable Interest = 1 << iota
	Writable
	Priority

	// AllInterests has every interest set.
	AllInterests = Readable | Writable | Priority
)

// Mode says how often a registration reports.
type Mode uint8

// The modes, as described in the package documentation.
const (
	Oneshot Mode = iota
	Level
	Edge
	EdgeOneshot

	// ModeCount is the number of modes.
	ModeCount = 4
)

// IsOneshot says whether the mode disarms after one event.
func (m Mode) IsOneshot() bool { return m == Oneshot || m == EdgeOneshot }

// Readiness is what was found.
type Readiness uint8

// The kinds of readiness. The first three have the values of the interests
// that ask for them.
const (
	ReadyReadable Readiness = 1 << iota
	ReadyWritable
	ReadyPriority
	ReadyReadClosed
	ReadyHangUp
	ReadyError
	ReadyConnectFailed
	ReadyClosed

	// Unasked are the kinds that are reported whatever the interest.
	Unasked = ReadyHangUp | ReadyError | ReadyConnectFailed | ReadyClosed
)

// Mask removes from r what a registration with interest in does not hear of.
// An empty interest hears nothing but the end of its registration.
func (r Readiness) Mask(in Interest) Readiness {
	if in == 0 {
		return r & ReadyClosed
	}
	keep := Readiness(in&AllInterests) | Unasked
	if in&Readable != 0 {
		keep |= ReadyReadClosed
	}
	return r & keep
}
