package future

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// channelOps does what the bytes say to a Channel and to a plain model of one.
func channelOps(t failer, ops []byte) {
	const capacity = 3
	c := NewChannel[int](capacity)
	var (
		ss     []*Sending[int] // each sends its index
		wait   []int           // those that wait, in order
		moved  []int           // those that were let in and do not know
		values []int
		closed bool
		woken  []int
	)
	const receiver, nobody = -1, -2
	receiving := false
	poll := func(i int) (Result[struct{}], bool) {
		return ss[i].Poll(NewContext(WakerFunc(func() { woken = append(woken, i) })))
	}
	// put is what happens in the model when a value gets into the channel.
	put := func(v int) (want []int) {
		values = append(values, v)
		if receiving {
			receiving, want = false, []int{receiver}
		}
		return want
	}
	get := func() (v int, want []int) {
		v, values = values[0], values[1:]
		if len(wait) > 0 {
			values = append(values, wait[0])
			moved = append(moved, wait[0])
			want, wait = wait[:1:1], wait[1:]
		}
		return v, want
	}
	for at, op := range ops {
		woken = nil
		var want []int
		arg := int(op >> 3)
		switch op & 7 {
		case 0, 1:
			i := len(ss)
			ss = append(ss, c.Send(i))
			r, ready := poll(i)
			switch {
			case closed:
				if !ready || !errors.Is(r.Err, ErrChannelClosed) {
					t.Fatalf("step %d: send to a closed channel: %v, %t", at, r, ready)
				}
			case len(values) == capacity:
				if ready {
					t.Fatalf("step %d: sent to a full channel", at)
				}
				wait = append(wait, i)
			default:
				if !ready || r.Err != nil {
					t.Fatalf("step %d: not sent: %v, %t", at, r, ready)
				}
				want = put(i)
			}
		case 2: // poll one that waits
			if len(wait)+len(moved) == 0 {
				continue
			}
			i := slices.Concat(wait, moved)[arg%(len(wait)+len(moved))]
			r, ready := poll(i)
			var was bool
			if moved, was = without(moved, i); ready != (was || closed) || (r.Err != nil) != (ready && !was) {
				t.Fatalf("step %d: sender %d: %v, %t", at, i, r, ready)
			}
			if ready {
				wait, _ = without(wait, i)
			}
		case 3: // cancel one that waits
			if len(wait) == 0 || closed {
				continue
			}
			i := wait[arg%len(wait)]
			ss[i].Cancel()
			wait, _ = without(wait, i)
			if v, ok := ss[i].Unsent(); !ok || v != i {
				t.Fatalf("step %d: unsent %d, %t", at, v, ok)
			}
		case 4:
			err := c.TrySend(1000 + at)
			switch {
			case closed:
				if !errors.Is(err, ErrChannelClosed) {
					t.Fatalf("step %d: TrySend: %v", at, err)
				}
			case len(values) == capacity:
				if !errors.Is(err, ErrChannelFull) {
					t.Fatalf("step %d: TrySend: %v", at, err)
				}
			default:
				if err != nil {
					t.Fatalf("step %d: TrySend: %v", at, err)
				}
				want = put(1000 + at)
			}
		case 5, 6:
			r, ready := c.Recv().Poll(NewContext(WakerFunc(func() { woken = append(woken, receiver) })))
			v := nobody
			if len(values) > 0 {
				v, want = get()
				receiving = false
			}
			switch {
			case v != nobody:
				if !ready || r.Err != nil || r.Value != v {
					t.Fatalf("step %d: received %v, %t, want %d", at, r, ready, v)
				}
			case closed:
				if !ready || !errors.Is(r.Err, ErrChannelClosed) {
					t.Fatalf("step %d: received %v, %t at the end", at, r, ready)
				}
			default:
				if ready {
					t.Fatalf("step %d: received %v of nothing", at, r)
				}
				receiving = true
			}
		case 7:
			if arg > 3 {
				c.Cancel()
				receiving = false
				continue
			}
			c.Close()
			if !closed {
				want = slices.Clone(wait)
				if receiving {
					receiving, want = false, append(want, receiver)
				}
			}
			closed = true
			// They are told, and asked here, so that none of them counts as waiting.
			for _, i := range wait {
				if r, ready := poll(i); !ready || !errors.Is(r.Err, ErrChannelClosed) {
					t.Fatalf("step %d: sender %d: %v, %t", at, i, r, ready)
				}
				if v, ok := ss[i].Unsent(); !ok || v != i {
					t.Fatalf("step %d: unsent %d, %t", at, v, ok)
				}
			}
			wait = nil
		}
		if !slices.Equal(woken, want) {
			t.Fatalf("step %d: woke %v, want %v", at, woken, want)
		}
		if c.Len() != len(values) {
			t.Fatalf("step %d: %d in the channel, want %v", at, c.Len(), values)
		}
	}
}

func FuzzChannel(f *testing.F) {
	f.Add([]byte{5, 0, 0, 0, 0, 4, 5, 2, 0, 3, 7, 5, 5, 5, 5})
	f.Fuzz(func(t *testing.T, ops []byte) { channelOps(t, ops) })
}

func TestChannelIsItsModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		channelOps(t, rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "ops"))
	})
}
