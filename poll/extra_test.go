package poll

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// extraKind is a kind of thing, as the cases below want it.
type extraKind struct {
	name string
	// add registers one; fire makes it happen, taken says whether it was told what.
	add func(t testing.TB, p *Poller, key Key) (*extraRig, error)
	// once: it happens once.
	once bool
	// many is how many the cases make at a time.
	many int
	// shared: all of them happen together.
	shared bool
}

type extraRig struct {
	fire   func()
	taken  func() bool
	remove func() error
}

var extraKinds = []extraKind{
	{name: "timer", many: 200, add: func(t testing.TB, p *Poller, key Key) (*extraRig, error) {
		x, err := p.AddTimer(key, time.Hour, 0)
		if err != nil {
			return nil, err
		}
		return &extraRig{
			fire:   func() { ignoreGone(t, x.Reset(0, 0)) },
			taken:  func() bool { return x.Take() == 1 },
			remove: x.Delete,
		}, nil
	}},
	{name: "post", many: 200, add: func(t testing.TB, p *Poller, key Key) (*extraRig, error) {
		x, err := p.AddPost(key)
		if err != nil {
			return nil, err
		}
		return &extraRig{
			fire:   func() { ignoreGone(t, x.Post()) },
			taken:  func() bool { return x.Take() == 1 },
			remove: x.Delete,
		}, nil
	}},
	{name: "signal", many: 20, shared: true, add: func(t testing.TB, p *Poller, key Key) (*extraRig, error) {
		if testSignal == nil {
			return nil, ErrUnsupported
		}
		x, err := p.AddSignals(key, testSignal)
		if err != nil {
			return nil, err
		}
		return &extraRig{
			fire: func() { raise(t) },
			taken: func() bool {
				sigs := x.Take()
				return len(sigs) == 1 && sigs[0] == testSignal
			},
			remove: x.Delete,
		}, nil
	}},
	{name: "process", many: 8, once: true, add: func(t testing.TB, p *Poller, key Key) (*extraRig, error) {
		cmd, end := child(t)
		x, err := p.AddProcess(key, cmd.Process.Pid)
		if err != nil {
			return nil, err
		}
		return &extraRig{
			fire: end,
			taken: func() bool {
				exit, over := x.Exited()
				return over && exit == Exit{Known: true, Code: childCode}
			},
			remove: x.Delete,
		}, nil
	}},
	{name: "path", many: 16, add: func(t testing.TB, p *Poller, key Key) (*extraRig, error) {
		dir := t.TempDir()
		x, err := p.AddPath(key, dir)
		if err != nil {
			return nil, err
		}
		n := 0
		return &extraRig{
			fire: func() {
				n++
				if err := os.Mkdir(filepath.Join(dir, string(rune('a'+n%26))), 0o700); err != nil && !os.IsExist(err) {
					t.Error(err)
				}
			},
			taken:  func() bool { return len(x.Take()) > 0 },
			remove: x.Delete,
		}, nil
	}},
	handleKind,
}

// ignoreGone fails for any error but that of a thing that was deleted.
func ignoreGone(t testing.TB, err error) {
	if err != nil && !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

// child starts a process that ends when end is called.
func child(t testing.TB) (cmd *exec.Cmd, end func()) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=1")
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	end = func() { in.Close() }
	t.Cleanup(func() {
		end()
		_ = cmd.Wait()
	})
	return cmd, end
}

// eachExtra runs a case for every kind on every mechanism.
func eachExtra(t *testing.T, run func(t *testing.T, p *Poller, kind extraKind, add func(key Key) *extraRig)) {
	for _, m := range testedMechanisms(t) {
		for _, kind := range extraKinds {
			t.Run(string(m)+"/"+kind.name, func(t *testing.T) {
				p := openTested(t, m)
				defer func() {
					if err := p.Close(); err != nil {
						t.Errorf("Close: %v", err)
					}
				}()
				run(t, p, kind, func(key Key) *extraRig {
					t.Helper()
					rig, err := kind.add(t, p, key)
					if errors.Is(err, ErrUnsupported) {
						t.Skip(err)
					}
					if err != nil {
						t.Fatal(err)
					}
					return rig
				})
			})
		}
	}
}

const extraPatience = 20 * time.Second

// one waits for one event, and expects it to be this.
func one(t *testing.T, p *Poller, key Key) {
	t.Helper()
	events := make([]Event, 8)
	n, err := p.Wait(events, extraPatience)
	if err != nil || n != 1 || events[0] != (Event{key, Readable}) {
		t.Fatalf("got %v, %v; want key %d readable", events[:n], err, key)
	}
}

// none expects no event.
func none(t *testing.T, p *Poller, when string) {
	t.Helper()
	events := make([]Event, 8)
	for _, timeout := range []time.Duration{0, 2 * time.Millisecond} {
		if n, err := p.Wait(events, timeout); err != nil || n != 0 {
			t.Fatalf("%s: got %v, %v", when, events[:n], err)
		}
	}
}

func TestExtraFires(t *testing.T) {
	eachExtra(t, func(t *testing.T, p *Poller, kind extraKind, add func(Key) *extraRig) {
		x := add(5)
		none(t, p, "registered")
		rounds := 20
		if kind.once {
			rounds = 1
		}
		for range rounds {
			x.fire()
			one(t, p, 5)
			if !x.taken() {
				t.Fatal("was not told what has happened")
			}
			none(t, p, "reported and taken")
		}
		if err := x.remove(); err != nil {
			t.Fatal(err)
		}
		if err := x.remove(); !errors.Is(err, ErrNotFound) {
			t.Errorf("second Delete: %v", err)
		}
		if n := p.Stats().Sources; n != 0 {
			t.Errorf("%d sources left", n)
		}
	})
}

// A Wait that sleeps is woken.
func TestExtraWakes(t *testing.T) {
	eachExtra(t, func(t *testing.T, p *Poller, _ extraKind, add func(Key) *extraRig) {
		x := add(5)
		woken := make(chan Event, 1)
		go func() {
			events := make([]Event, 1)
			if n, err := p.Wait(events, extraPatience); n != 1 || err != nil {
				t.Errorf("got %d events, %v", n, err)
			}
			woken <- events[0]
		}()
		time.Sleep(time.Millisecond) // so that it sleeps, most times
		x.fire()
		if ev := <-woken; ev != (Event{5, Readable}) {
			t.Errorf("got %v", ev)
		}
	})
}

// After Delete nothing is reported, also of what had happened before.
func TestExtraDeleted(t *testing.T) {
	eachExtra(t, func(t *testing.T, p *Poller, kind extraKind, add func(Key) *extraRig) {
		x, other := add(1), add(2)
		x.fire()
		if err := x.remove(); err != nil {
			t.Fatal(err)
		}
		if !kind.shared {
			other.fire()
		}
		one(t, p, 2)
		none(t, p, "deleted")
	})
}

// Delete against fire: whoever comes first, no Wait that begins after Delete has
// returned reports the thing.
func TestExtraDeleteAgainstFire(t *testing.T) {
	eachExtra(t, func(t *testing.T, p *Poller, kind extraKind, add func(Key) *extraRig) {
		rounds := 100
		if kind.once {
			rounds = 10
		}
		if testing.Short() {
			rounds /= 10
		}
		events := make([]Event, 8)
		for i := range rounds {
			x := add(Key(i))
			start := make(chan struct{})
			var both sync.WaitGroup
			both.Go(func() { <-start; x.fire() })
			both.Go(func() {
				<-start
				if err := x.remove(); err != nil {
					t.Error(err)
				}
			})
			close(start)
			if _, err := p.Wait(events, 0); err != nil {
				t.Fatal(err)
			}
			both.Wait()
			none(t, p, "deleted")
		}
	})
}

// Many of each are all reported, each once, with little room and in turn.
func TestExtraMany(t *testing.T) {
	eachExtra(t, func(t *testing.T, p *Poller, kind extraKind, add func(Key) *extraRig) {
		var rigs []*extraRig
		for i := range kind.many {
			rigs = append(rigs, add(Key(i)))
		}
		for i, x := range rigs {
			if i == 0 || !kind.shared {
				x.fire()
			}
		}
		seen := map[Key]int{}
		events := make([]Event, 3)
		for len(seen) < kind.many {
			n, err := p.Wait(events, extraPatience)
			if err != nil || n == 0 {
				t.Fatalf("%d of %d were reported; %v", len(seen), kind.many, err)
			}
			for _, ev := range events[:n] {
				seen[ev.Key]++
				if ev.Ready != Readable || seen[ev.Key] > 1 && kind.name != "path" {
					t.Fatalf("got %v, the %d. time", ev, seen[ev.Key])
				}
			}
		}
		for i, x := range rigs {
			if !x.taken() {
				t.Errorf("%d was not told what has happened", i)
			}
		}
	})
}

// Close ends all, and the methods say so.
func TestExtraClose(t *testing.T) {
	eachExtra(t, func(t *testing.T, p *Poller, _ extraKind, add func(Key) *extraRig) {
		x := add(1)
		add(2).fire()
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		if err := x.remove(); !errors.Is(err, ErrClosed) {
			t.Errorf("Delete after Close: %v", err)
		}
		if _, err := p.AddPost(1); !errors.Is(err, ErrClosed) {
			t.Errorf("AddPost after Close: %v", err)
		}
		x.taken() // may be called
	})
}

// What has called is told by a Wait that looks only, also in one place beside a source that has
// nothing to say.
func TestExtraTakesWhatIsLeft(t *testing.T) {
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			defer p.Close()
			x, err := p.AddPost(1)
			if err != nil {
				t.Fatal(err)
			}
			var events [1]Event
			for range 10 {
				if err := x.Post(); err != nil {
					t.Fatal(err)
				}
				if n, err := p.Wait(events[:], 0); n != 1 || err != nil || events[0].Key != 1 {
					t.Fatalf("Wait: %d, %v, %v", n, err, events[0])
				}
			}
		})
	}
}

// Things and sources do not keep each other out, also where there is room for one.
func TestExtraTakesTurns(t *testing.T) {
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			defer p.Close()
			near, _ := tcp(t)
			src, err := Conn(near)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Add(src, 1, Writable, Level); err != nil {
				t.Fatal(err)
			}
			x, err := p.AddPost(2)
			if err != nil {
				t.Fatal(err)
			}
			for room := 1; room < 4; room++ {
				seen := map[Key]int{}
				events := make([]Event, room)
				for range 100 {
					if err := x.Post(); err != nil {
						t.Fatal(err)
					}
					n, err := p.Wait(events, extraPatience)
					if err != nil {
						t.Fatal(err)
					}
					for _, ev := range events[:n] {
						seen[ev.Key]++
					}
				}
				if seen[1] < 40 || seen[2] < 40 {
					t.Errorf("room for %d: of 100 Waits %d reported the source and %d the thing", room, seen[1], seen[2])
				}
			}
		})
	}
}

// What happened before it was registered is reported.
func TestExtraHappenedBefore(t *testing.T) {
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			defer p.Close()
			if _, err := p.AddTimer(1, -time.Hour, 0); err != nil {
				t.Fatal(err)
			}
			one(t, p, 1)

			cmd, end := child(t)
			end()
			first, err := p.AddProcess(2, cmd.Process.Pid)
			if errors.Is(err, ErrUnsupported) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			one(t, p, 2)
			// Ended, and nobody has waited for it.
			second, err := p.AddProcess(3, cmd.Process.Pid)
			if err != nil {
				t.Fatal(err)
			}
			one(t, p, 3)
			for _, x := range []*Process{first, second} {
				if exit, over := x.Exited(); !over || exit != (Exit{Known: true, Code: childCode}) {
					t.Errorf("got %+v, %t", exit, over)
				}
			}
			if err := cmd.Wait(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != childCode {
				t.Errorf("the child was taken away: %v", err)
			}
			if runtime.GOOS == "windows" {
				return // the number is taken for as long as somebody has the handle
			}
			if _, err := p.AddProcess(4, cmd.Process.Pid); !errors.Is(err, os.ErrProcessDone) {
				t.Errorf("a process that is no more: %v", err)
			}
		})
	}
}

// A timer is never early, counts what it could not report one by one, and can be set
// anew and stopped.
func TestTimer(t *testing.T) {
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			defer p.Close()
			const interval = 5 * time.Millisecond
			start := time.Now()
			x, err := p.AddTimer(1, interval, interval)
			if err != nil {
				t.Fatal(err)
			}
			for n := uint64(0); n < 5; n += x.Take() {
				one(t, p, 1)
				if elapsed := time.Since(start); elapsed < interval*time.Duration(n+1) {
					t.Fatalf("expiration %d after %v", n+1, elapsed)
				}
			}
			// The runtime's timers expire one by one, and on a busy machine a Wait may come between
			// two that are both late. It does not each time.
			for try := 1; ; try++ {
				time.Sleep(4 * interval)
				one(t, p, 1)
				n := x.Take()
				if n >= 2 {
					break
				}
				if try == 100 {
					t.Fatalf("%d expirations in four intervals, as often before", n)
				}
			}
			if err := x.Stop(); err != nil {
				t.Fatal(err)
			}
			none(t, p, "stopped")
			if err := x.Reset(time.Hour, 0); err != nil {
				t.Fatal(err)
			}
			none(t, p, "in an hour")
			if err := x.Reset(1, -1); !errors.Is(err, ErrInvalid) {
				t.Errorf("negative interval: %v", err)
			}
			if err := x.Delete(); err != nil {
				t.Fatal(err)
			}
			if err := x.Reset(1, 0); !errors.Is(err, ErrNotFound) {
				t.Errorf("Reset after Delete: %v", err)
			}
		})
	}
}

// Features name the things that there are, and no others.
func TestExtrasAreTold(t *testing.T) {
	names := map[string]string{"signal": "signals"}
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, kind := range extraKinds {
		name := names[kind.name]
		if name == "" {
			name = kind.name
		}
		if name == "signals" && testSignal == nil {
			continue
		}
		_, err := kind.add(t, p, 1)
		if told := slices.Contains(p.Features().Extras, name); told != !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: told is %t, and adding one says %v", name, told, err)
		}
	}
}

func TestExtraInvalid(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.AddTimer(1, 1, -1); !errors.Is(err, ErrInvalid) {
		t.Errorf("timer: %v", err)
	}
	if _, err := p.AddSignals(1); !errors.Is(err, ErrInvalid) {
		t.Errorf("no signals: %v", err)
	}
	if _, err := p.AddSignals(1, nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("a nil signal: %v", err)
	}
	for _, pid := range []int64{0, -1, 1 << 40} { // where an int is short, the last is 0
		if _, err := p.AddProcess(1, int(pid)); !errors.Is(err, ErrInvalid) {
			t.Errorf("process %d: %v", pid, err)
		}
	}
	var pathError *os.PathError
	if _, err := p.AddPath(1, filepath.Join(t.TempDir(), "nothing")); !errors.As(err, &pathError) && !errors.Is(err, ErrUnsupported) {
		t.Errorf("a path that is not there: %v", err)
	}
	if n := p.Stats().Sources; n != 0 {
		t.Errorf("%d sources", n)
	}
	var zero Poller
	if _, err := zero.AddPost(1); !errors.Is(err, ErrClosed) {
		t.Errorf("the zero Poller: %v", err)
	}
}
