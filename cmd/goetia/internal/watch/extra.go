package watch

import (
	"fmt"
	"os"

	"github.com/goetia-go/goetia/poll"
)

// extra is a registration of something that is no descriptor of ours.
type extra interface {
	// tell notes what has happened, and whether that was the last of it.
	tell(c *Change)
	Delete() error
}

// openExtra registers a target that is no descriptor, and says what is watched.
func openExtra(p *poll.Poller, key poll.Key, t Target) (x extra, note string, err error) {
	switch t.Kind {
	case Timer:
		timer, err := p.AddTimer(key, t.Every, t.Every)
		return timerTarget{timer}, "every " + t.Every.String(), err
	case Signals:
		sigs, err := p.AddSignals(key, t.Signals...)
		return signalsTarget{sigs}, fmt.Sprintf("listening for %v", t.Signals), err
	case Process:
		process, err := p.AddProcess(key, t.PID)
		return processTarget{process}, fmt.Sprintf("watching process %d", t.PID), err
	case File:
		path, err := p.AddPath(key, t.Path)
		return fileTarget{path}, "watching " + t.Path, err
	}
	return openPipeExtra(p, key, t.Path, t.Bind)
}

type timerTarget struct{ *poll.Timer }

func (t timerTarget) tell(c *Change) {
	if n := t.Take(); n == 1 {
		c.note("expired")
	} else {
		c.note(fmt.Sprintf("expired %d times", n))
	}
}

type signalsTarget struct{ *poll.Signals }

func (t signalsTarget) tell(c *Change) {
	for _, sig := range t.Take() {
		c.note(signalName(sig))
	}
}

type processTarget struct{ *poll.Process }

func (t processTarget) tell(c *Change) {
	exit, over := t.Exited()
	c.Done = over
	switch {
	case !over:
	case !exit.Known:
		c.note("ended")
	case exit.Signal != 0:
		c.note(fmt.Sprintf("ended by signal %d", exit.Signal))
	default:
		c.note(fmt.Sprintf("ended with code %d", exit.Code))
	}
}

type fileTarget struct{ *poll.Path }

func (t fileTarget) tell(c *Change) {
	for _, change := range t.Take() {
		if change.Name == "" {
			c.note(change.Op.String())
		} else {
			c.note(change.Name + " " + change.Op.String())
		}
		c.Done = c.Done || change.Op&poll.Gone != 0
	}
	if err := t.Err(); err != nil {
		c.note(err.Error())
		c.Done = true
	}
}

func signalName(sig os.Signal) string {
	for _, s := range signalNames() {
		if s.signal == sig {
			return s.name
		}
	}
	return sig.String()
}
