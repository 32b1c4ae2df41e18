package future

import (
	"errors"
	"testing"
)

func TestOneshot(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		do   func(o *Oneshot[int]) // between two polls
		want Result[int]
	}{
		{"sent", func(o *Oneshot[int]) { o.Send(7) }, Result[int]{Value: 7}},
		{"closed", func(o *Oneshot[int]) { o.Close() }, Result[int]{Err: ErrChannelClosed}},
		{"sent and closed", func(o *Oneshot[int]) { o.Send(7); o.Close() }, Result[int]{Value: 7}},
		{"closed and sent", func(o *Oneshot[int]) { o.Close(); o.Send(7) }, Result[int]{Err: ErrChannelClosed}},
		{"sent twice", func(o *Oneshot[int]) { o.Send(7); o.Send(8) }, Result[int]{Value: 7}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var o Oneshot[int]
			w := mustPend[Result[int]](t, &o)
			if !o.Wanted() {
				t.Error("not wanted")
			}
			test.do(&o)
			mustWake(t, w, 1)
			if r := mustBe[Result[int]](t, &o); r.Value != test.want.Value || !errors.Is(r.Err, test.want.Err) {
				t.Errorf("%v, want %v", r, test.want)
			}
			if o.Send(9) || o.Wanted() {
				t.Error("sent again")
			}
		})
	}
}

func TestOneshotThatNobodyWants(t *testing.T) {
	t.Parallel()
	var o Oneshot[int]
	w := mustPend[Result[int]](t, &o)
	o.Cancel()
	if o.Wanted() || o.Send(1) {
		t.Error("sent to nobody")
	}
	o.Close()
	mustWake(t, w, 0)
	var sent Oneshot[int]
	sent.Send(2)
	sent.Cancel()
	if r, ok := sent.Try(); !ok || r.Value != 2 {
		t.Errorf("lost what was sent before: %v, %t", r, ok)
	}
}

func TestOneshotRaces(t *testing.T) {
	t.Parallel()
	for i := range 500 {
		var o Oneshot[int]
		go func() {
			if i%2 == 0 {
				o.Send(i)
			}
			o.Close()
		}()
		r := BlockOn[Result[int]](&o)
		if (r.Err == nil) != (i%2 == 0) || r.Err == nil && r.Value != i {
			t.Fatalf("%d: %v", i, r)
		}
	}
}
