package future

import "testing"

// relay is a future that is woken n times.
type relay struct{ n int }

func (r *relay) Poll(cx *Context) (struct{}, bool) {
	if r.n == 0 {
		return struct{}{}, true
	}
	r.n--
	cx.Waker().Wake()
	return struct{}{}, false
}

func BenchmarkWakePoll(b *testing.B) {
	var l Local
	Spawn[struct{}](&l, &relay{b.N})
	b.ReportAllocs()
	b.ResetTimer()
	if err := l.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkWakePoll64(b *testing.B) {
	var l Local
	for range 64 {
		Spawn[struct{}](&l, &relay{b.N / 64})
	}
	b.ReportAllocs()
	b.ResetTimer()
	if err := l.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkChannelRoundTrip(b *testing.B) {
	there, back := make(chan struct{}), make(chan struct{})
	go func() {
		for range there {
			back <- struct{}{}
		}
	}()
	for b.Loop() {
		there <- struct{}{}
		<-back
	}
	close(there)
}
