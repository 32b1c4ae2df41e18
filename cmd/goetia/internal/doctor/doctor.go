package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// limit is how long one mechanism may take; it needs less than a second.
const limit = 30 * time.Second

// Examine examines the given mechanisms, or all of this system if there are
// none given. When ctx is done it leaves out the rest.
func Examine(ctx context.Context, names ...poll.Mechanism) *Report {
	r := new(Report)
	if p, err := poll.New(); err != nil {
		r.Refusal = err
	} else {
		r.Default = p.Mechanism()
		_ = p.Close()
	}
	if len(names) == 0 {
		names = poll.Mechanisms()
	}
	for _, name := range names {
		if ctx.Err() != nil {
			break
		}
		r.Mechanisms = append(r.Mechanisms, examine(ctx, name))
	}
	return r
}

func examine(ctx context.Context, name poll.Mechanism) Mechanism {
	m := Mechanism{Name: name, Steps: poll.Diagnose(name)}
	if !m.Available() {
		return m
	}
	p, err := poll.New(poll.WithMechanism(name))
	if err != nil {
		m.Steps = append(m.Steps, poll.Step{Name: "opened again", Err: err})
		return m
	}
	m.Features = p.Features()
	m.Checks = runChecks(ctx, p)
	return m
}

// runChecks runs the checks in order until one fails, since the later ones build
// on the earlier. A check that hangs keeps its goroutine and the Poller.
func runChecks(ctx context.Context, p *poll.Poller) []Check {
	results := make(chan Check)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	go func() {
		defer close(results)
		defer func() { _ = p.Close() }()
		bench, err := newBench(p)
		if err != nil {
			select {
			case results <- Check{Name: "loopback pair", Err: err}:
			case <-ctx.Done():
			}
			return
		}
		defer bench.close()
		for _, c := range checks {
			result := c.run(bench)
			result.Name = c.name
			select {
			case results <- result:
			case <-ctx.Done():
				return
			}
			if result.Err != nil {
				return
			}
		}
	}()
	var done []Check
	for {
		select {
		case c, more := <-results:
			if !more {
				return done
			}
			done = append(done, c)
		case <-ctx.Done():
			name := "loopback pair"
			if len(done) > 0 && len(done) < len(checks) {
				name = checks[len(done)].name
			}
			return append(done, Check{Name: name, Err: unfinished(ctx)})
		}
	}
}

func unfinished(ctx context.Context) error {
	if ctx.Err() == context.DeadlineExceeded {
		return fmt.Errorf("hangs: not finished after %v", limit)
	}
	return errors.New("interrupted")
}
