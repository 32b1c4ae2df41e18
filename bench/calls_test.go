//go:build linux || windows

package bench

import (
	"testing"

	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
)

// BenchmarkCalls are the calls by themselves, on a raw descriptor.
func BenchmarkCalls(b *testing.B) {
	set, err := source.New(1)
	if err != nil {
		b.Fatal(err)
	}
	defer set.Close()
	src := set.Sources(1)[0]
	p, err := poll.New()
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	events := make([]poll.Event, 16)
	run := func(name string, do func() error) {
		b.Run("call="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("add+delete", func() error {
		if err := p.Add(src, 1, poll.Readable, poll.Oneshot); err != nil {
			return err
		}
		return p.Delete(src)
	})
	if err := p.Add(src, 1, poll.Readable, poll.Oneshot); err != nil {
		b.Fatal(err)
	}
	run("modify", func() error { return p.Modify(src, 1, poll.Readable, poll.Oneshot) })
	run("wait-nothing", func() error {
		_, err := p.Wait(events, 0)
		return err
	})
	run("notify+wait", func() error {
		if err := p.Notify(); err != nil {
			return err
		}
		_, err := p.Wait(events, -1)
		return err
	})
}
