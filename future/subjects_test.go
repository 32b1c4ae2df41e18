package future

import (
	"slices"
	"time"
)

// subject is something exported that is tested with leaves.
type subject struct {
	name  string
	build func(l *lab) *probe
}

func yes[T any](T) bool { return true }

func same[T any](v T) T { return v }

// nested makes a future of futures' results.
func nested(l *lab) Future[Result[Result[int]]] {
	return Map(l.result(), func(r Result[int]) Result[Result[int]] { return Result[Result[int]]{Value: r} })
}

// many is a stream of futures.
func many(l *lab) Stream[Future[int]] {
	return MapEach(l.stream(), func(int) Future[int] { return l.future() })
}

// subjects is all combinators and adapters, and the futures and streams that hold something.
var subjects = []subject{
	{"Map", func(l *lab) *probe { return probeFuture(Map(l.future(), same)) }},
	{"MapTry", func(l *lab) *probe {
		return probeFuture(MapTry(l.result(), func(v int) (int, error) { return v, nil }))
	}},
	{"MapErr", func(l *lab) *probe { return probeFuture(MapErr(l.result(), same)) }},
	{"Flatten", func(l *lab) *probe { return probeFuture(Flatten(nested(l))) }},
	{"Then", func(l *lab) *probe {
		return probeFuture(Then(l.future(), func(int) Future[int] { return l.future() }))
	}},
	{"ThenTry", func(l *lab) *probe {
		return probeFuture(ThenTry(l.result(), func(int) Future[Result[int]] { return l.result() }))
	}},
	{"Lazy", func(l *lab) *probe { return probeFuture(Lazy(l.future)) }},
	{"Fuse", func(l *lab) *probe { return probeFuture(Fuse(l.future())) }},
	{"Catch", func(l *lab) *probe { return probeFuture(Catch(l.future())) }},
	{"Join", func(l *lab) *probe { return probeFuture(Join(l.futures(5)...)) }},
	{"Join2", func(l *lab) *probe { return probeFuture(Join2(l.future(), l.result())) }},
	{"Join3", func(l *lab) *probe { return probeFuture(Join3(l.future(), l.result(), l.future())) }},
	{"Join4", func(l *lab) *probe {
		return probeFuture(Join4(l.future(), l.result(), l.future(), l.future()))
	}},
	{"Join5", func(l *lab) *probe {
		return probeFuture(Join5(l.future(), l.result(), l.future(), l.future(), l.future()))
	}},
	{"TryJoin", func(l *lab) *probe { return probeFuture(TryJoin(l.result(), l.result(), l.result())) }},
	{"TryJoin2", func(l *lab) *probe { return probeFuture(TryJoin2(l.result(), l.result())) }},
	{"TryJoin3", func(l *lab) *probe { return probeFuture(TryJoin3(l.result(), l.result(), l.result())) }},
	{"TryJoin4", func(l *lab) *probe {
		return probeFuture(TryJoin4(l.result(), l.result(), l.result(), l.result()))
	}},
	{"TryJoin5", func(l *lab) *probe {
		return probeFuture(TryJoin5(l.result(), l.result(), l.result(), l.result(), l.result()))
	}},
	{"Select", func(l *lab) *probe { return probeFuture(Select(l.futures(5)...)) }},
	{"Select2", func(l *lab) *probe { return probeFuture(Select2(l.future(), l.result())) }},
	{"Select3", func(l *lab) *probe { return probeFuture(Select3(l.future(), l.result(), l.future())) }},
	{"Select4", func(l *lab) *probe {
		return probeFuture(Select4(l.future(), l.result(), l.future(), l.future()))
	}},
	{"Race", func(l *lab) *probe { return probeFuture(Race(l.futures(5)...)) }},
	{"After", func(*lab) *probe { return probeFuture(After(2 * time.Millisecond)) }},
	{"At", func(*lab) *probe { return probeFuture(At(manualBeginning.Add(2 * time.Millisecond))) }},
	{"Timeout", func(l *lab) *probe { return probeFuture(Timeout(l.future(), 2*time.Millisecond)) }},
	{"Deadline", func(l *lab) *probe {
		return probeFuture(Deadline(l.future(), manualBeginning.Add(2*time.Millisecond)))
	}},
	{"Interval", func(l *lab) *probe {
		p := probeStream(Interval(2*time.Millisecond, MissedTicks(l.rng.IntN(3))))
		p.endless = true
		return p
	}},
	{"Shared", func(l *lab) *probe {
		a := Share(l.future())
		b, c := a.Clone(), a.Clone()
		return probeFuture(Join3[int, int, int](a, b, c))
	}},
	{"Share", func(l *lab) *probe { return probeFuture[int](Share(l.future())) }},
	{"Unordered", func(l *lab) *probe {
		var u Unordered[int]
		for _, f := range l.futures(5) {
			u.Push(f)
		}
		return probeStream[int](&u)
	}},
	{"Ordered", func(l *lab) *probe {
		var o Ordered[int]
		for _, f := range l.futures(5) {
			o.Push(f)
		}
		return probeStream[int](&o)
	}},
	{"Buffered", func(l *lab) *probe { return probeStream(Buffered(many(l), 2)) }},
	{"BufferUnordered", func(l *lab) *probe { return probeStream(BufferUnordered(many(l), 2)) }},
	{"StreamOf", func(*lab) *probe { return probeStream(StreamOf(1, 2, 3)) }},
	{"FuseStream", func(l *lab) *probe { return probeStream(FuseStream(l.stream())) }},
	{"MapEach", func(l *lab) *probe { return probeStream(MapEach(l.stream(), same)) }},
	{"Enumerate", func(l *lab) *probe { return probeStream(Enumerate(l.stream())) }},
	{"ThenEach", func(l *lab) *probe {
		return probeStream(ThenEach(l.stream(), func(int) Future[int] { return l.future() }))
	}},
	{"Filter", func(l *lab) *probe {
		return probeStream(Filter(l.stream(), func(v int) bool { return v%2 == 0 }))
	}},
	{"FilterMap", func(l *lab) *probe {
		return probeStream(FilterMap(l.stream(), func(v int) (int, bool) { return v, v%2 == 0 }))
	}},
	{"Take", func(l *lab) *probe { return probeStream(Take(l.stream(), l.rng.IntN(4))) }},
	{"TakeWhile", func(l *lab) *probe {
		return probeStream(TakeWhile(l.stream(), func(v int) bool { return v > 1 }))
	}},
	{"Skip", func(l *lab) *probe { return probeStream(Skip(l.stream(), 2)) }},
	{"Chunks", func(l *lab) *probe { return probeStream(Chunks(l.stream(), 2)) }},
	{"Zip", func(l *lab) *probe { return probeStream(Zip(l.stream(), l.stream())) }},
	{"Chain", func(l *lab) *probe { return probeStream(Chain(l.stream(), l.stream(), l.stream())) }},
	{"Merge", func(l *lab) *probe { return probeStream(Merge(l.stream(), l.stream(), l.stream())) }},
	{"Throttle", func(l *lab) *probe { return probeStream(Throttle(l.stream(), 2*time.Millisecond)) }},
	{"Fold", func(l *lab) *probe {
		return probeFuture(Fold(l.stream(), 0, func(a, b int) int { return a + b }))
	}},
	{"ForEach", func(l *lab) *probe { return probeFuture(ForEach(l.stream(), func(int) {})) }},
	{"Collect", func(l *lab) *probe { return probeFuture(Collect(l.stream())) }},
	{"Next", func(l *lab) *probe {
		s := FuseStream(l.stream())
		p := probeFuture(Next(s))
		p.lent = s
		return p
	}},
	{"FromSeq", func(*lab) *probe { return probeStream(FromSeq(slices.Values([]int{1, 2, 3}))) }},
	{"FromChan", func(l *lab) *probe {
		ch := make(chan int, 3)
		for i := range l.rng.IntN(4) {
			ch <- i
		}
		return probeStream(FromChan(ch))
	}},
	{"Track", func(l *lab) *probe { return probeFuture(Track(new(Tracker), l.future())) }},
	{"UntilCanceled", func(l *lab) *probe {
		var token CancelToken
		if l.rng.IntN(3) == 0 {
			token.Cancel()
		}
		return probeFuture(UntilCanceled(&token, l.future()))
	}},
	{"InScope", func(l *lab) *probe {
		return probeFuture(InScope(func(s *Scope) Future[Result[int]] {
			SpawnIn(s, l.result())
			return ThenTry(l.result(), func(int) Future[Result[int]] { return SpawnIn(s, l.result()) })
		}))
	}},
	{"ToChan", func(l *lab) *probe {
		return probeFuture(ToChan(l.stream(), make(chan int, l.rng.IntN(4))))
	}},
}
