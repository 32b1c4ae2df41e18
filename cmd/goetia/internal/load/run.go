package load

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// Progress is how far a run has come; it may be read while it runs.
type Progress struct {
	connected, messages atomic.Uint64
	loading             atomic.Bool
}

// Connected is the number of connections made.
func (p *Progress) Connected() uint64 { return p.connected.Load() }

// Messages is the number of messages answered.
func (p *Progress) Messages() uint64 { return p.messages.Load() }

// Loading says that all connections are made.
func (p *Progress) Loading() bool { return p.loading.Load() }

// Run connects, loads and measures. It returns an error if there is nothing to
// report: no Poller, or not all connections could be made. Trouble later on
// is in the Result. When ctx is done it ends early.
func Run(ctx context.Context, o Options, p *Progress) (*Result, error) {
	o = o.withDefaults()
	if p == nil {
		p = new(Progress)
	}
	b := newBlock(o.Seed, o.Size)
	var workers []*worker
	defer func() {
		for _, w := range workers {
			w.end()
		}
	}()
	for i := range o.Workers {
		share := o.Conns / o.Workers
		if i < o.Conns%o.Workers {
			share++
		}
		w, err := newWorker(o, share, b, p)
		if err != nil {
			return nil, err
		}
		workers = append(workers, w)
	}
	if err := each(workers, func(i int, w *worker) error { return w.connect(ctx, o.Seed+uint64(i)) }); err != nil {
		return nil, err
	}
	p.loading.Store(true)
	if err := each(workers, func(_ int, w *worker) error { return w.load(ctx) }); err != nil {
		return nil, err
	}
	result := &Result{Latency: newHistogram()}
	for _, w := range workers {
		w.end()
		result.add(&w.result)
		result.Mechanism = w.result.Mechanism
		result.Interrupted = result.Interrupted || w.result.Interrupted
	}
	workers = nil
	return result, nil
}

// each runs a part of every worker's on its own goroutine. If some fail, the
// first failure is enough: the others are mostly the same.
func each(workers []*worker, do func(i int, w *worker) error) error {
	errs := make([]error, len(workers))
	var running sync.WaitGroup
	for i, w := range workers {
		running.Go(func() { errs[i] = do(i, w) })
	}
	running.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return nil
}
