package pollfd

import "github.com/goetia-go/goetia/internal/backend"

// dialect is how one system speaks poll(2).
type dialect struct {
	bits
	// rdhup is POLLRDHUP, or zero.
	rdhup uint16
	// hangUp is what POLLHUP says beyond Readable and Writable.
	hangUp backend.Readiness
	// reports are the kinds that poll can tell here.
	reports backend.Readiness
	// inodes: fstat tells two sockets apart.
	inodes bool
	// unconnected: a stream socket that was never connected is reported.
	unconnected bool
	// noDevices: poll cannot serve character devices.
	noDevices bool
}

type bits struct{ in, pri, out, err, hup, nval uint16 }

var (
	// commonBits are the same on every system but one.
	commonBits = bits{in: commonIn, pri: commonPri, out: commonOut, err: commonErr, hup: commonHup, nval: commonNval}
	aixBits    = bits{in: aixIn, pri: aixPri, out: aixOut, err: aixErr, hup: aixHup, nval: aixNval}
)

const (
	commonIn   = 0x1
	commonPri  = 0x2
	commonOut  = 0x4
	commonErr  = 0x8
	commonHup  = 0x10
	commonNval = 0x20

	aixIn   = 0x1
	aixOut  = 0x2
	aixPri  = 0x4
	aixHup  = 0x2000
	aixErr  = 0x4000
	aixNval = 0x8000

	linuxRdHup = 0x2000
	// FreeBSD's and illumos' own number.
	bsdRdHup = 0x4000

	// plain are the kinds that every poll tells. It does not tell Closed: a
	// call that sleeps while its descriptor is closed goes on sleeping.
	plain = ^(backend.ReadyConnectFailed | backend.ReadyClosed)
)

// dialectOf describes an operating system by its GOOS. It is no set of tagged
// files, so that every host tests all of it.
func dialectOf(goos string) dialect {
	d := dialect{bits: commonBits, hangUp: backend.ReadyHangUp | backend.ReadyReadClosed, reports: plain}
	switch goos {
	case "linux", "android":
		d.rdhup = linuxRdHup
		d.reports |= backend.ReadyConnectFailed
		d.inodes, d.unconnected = true, true
	case "freebsd", "illumos":
		d.rdhup = bsdRdHup
	case "darwin", "ios":
		d.hangUp = backend.ReadyReadClosed
		d.reports &^= backend.ReadyHangUp
		d.noDevices = true
	case "aix":
		d.bits = aixBits
	}
	return d
}

// encode turns an interest into what to ask for. Zero means: ask nothing.
func (d *dialect) encode(in backend.Interest) uint16 {
	var events uint16
	if in&backend.Readable != 0 {
		events |= d.in | d.rdhup
	}
	if in&backend.Writable != 0 {
		events |= d.out
	}
	if in&backend.Priority != 0 {
		events |= d.pri
	}
	return events
}

// decode turns an answer into readiness. The caller removes what was not asked
// for.
func (d *dialect) decode(revents uint16) backend.Readiness {
	var r backend.Readiness
	if revents&d.in != 0 {
		r |= backend.ReadyReadable
	}
	if revents&d.out != 0 {
		r |= backend.ReadyWritable
	}
	if revents&d.pri != 0 {
		r |= backend.ReadyPriority
	}
	if revents&d.rdhup != 0 {
		r |= backend.ReadyReadClosed | backend.ReadyReadable
	}
	if revents&d.hup != 0 {
		r |= d.hangUp
	}
	if revents&d.err != 0 {
		r |= backend.ReadyError
	}
	if revents&(d.hup|d.err) != 0 {
		// Neither a read nor a write will block any more.
		r |= backend.ReadyReadable | backend.ReadyWritable
	}
	if revents&d.hup != 0 && revents&d.err != 0 {
		r |= backend.ReadyConnectFailed
	}
	return r & d.reports
}
