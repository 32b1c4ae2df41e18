package future

import (
	"reflect"
	"testing"
)

// mailbox is a stream that the benchmark puts items into.
type mailbox struct {
	slot  Slot
	items int
}

func (m *mailbox) PollNext(cx *Context) (int, bool, bool) {
	if m.items > 0 && cx.Spend() {
		m.items--
		return 1, true, true
	}
	m.slot.Register(cx.Waker())
	return 0, false, false
}

func (m *mailbox) put() {
	m.items++
	m.slot.Wake()
}

// parcel is a future that is ready whenever something is in its mailbox.
type parcel struct{ *mailbox }

func (p parcel) Poll(cx *Context) (*mailbox, bool) {
	_, _, ready := p.PollNext(cx)
	return p.mailbox, ready
}

// BenchmarkSelectOf1000 waits for the next event of any of 1000 sources; each operation is one
// event. They come from the same goroutine in all of them but the one with goroutines.
func BenchmarkSelectOf1000(b *testing.B) {
	const n = 1000
	source := func(i int) int { return i * 7919 % n }

	b.Run("merge", func(b *testing.B) {
		boxes, streams := make([]mailbox, n), make([]Stream[int], n)
		for i := range boxes {
			streams[i] = &boxes[i]
		}
		got := 0
		waitEach(b, ForEach(Merge(streams...), func(v int) { got += v }), func(i int) { boxes[source(i)].put() })
		if got < b.N {
			b.Errorf("%d of %d events", got, b.N)
		}
	})
	b.Run("unordered", func(b *testing.B) {
		boxes, set := make([]mailbox, n), new(Unordered[*mailbox])
		for i := range boxes {
			set.Push(parcel{&boxes[i]})
		}
		got := 0
		waitEach(b, ForEach(set, func(m *mailbox) { got++; set.Push(parcel{m}) }), func(i int) { boxes[source(i)].put() })
		if got < b.N {
			b.Errorf("%d of %d events", got, b.N)
		}
	})
	b.Run("reflect", func(b *testing.B) {
		chans, cases := make([]chan int, n), make([]reflect.SelectCase, n)
		for i := range chans {
			chans[i] = make(chan int, 1)
			cases[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(chans[i])}
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			chans[source(i)] <- 1
			if k, _, _ := reflect.Select(cases); k != source(i) {
				b.Fatal("another one")
			}
		}
	})
	b.Run("goroutines", func(b *testing.B) {
		chans, all := make([]chan int, n), make(chan int)
		for i := range chans {
			chans[i] = make(chan int, 1)
			go func() {
				for v := range chans[i] {
					all <- v
				}
			}()
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			chans[source(i)] <- 1
			<-all
		}
		for _, ch := range chans {
			close(ch)
		}
	})
}

// waitEach runs f as a task, and has it take one event after the other.
func waitEach(b *testing.B, f Future[struct{}], event func(i int)) {
	var l Local
	defer l.Close()
	Spawn(&l, f)
	for l.TryTick() {
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		event(i)
		l.TryTick()
	}
	for l.TryTick() {
	}
}
