package winsock

import (
	"errors"
	"testing"
)

var (
	errNotSocket = errors.New("not a socket")
	errNotKnown  = errors.New("operation not supported")
)

// provider answers ioctls for one layer: where each leads, or zero for refusal.
type provider struct{ base, poll uintptr }

func TestBaseThroughLayeredProviders(t *testing.T) {
	for _, c := range []struct {
		name   string
		layers map[uintptr]provider
		want   uintptr
		err    error
	}{
		{"no layers", map[uintptr]provider{1: {base: 1}}, 1, nil},
		{"honest layer", map[uintptr]provider{1: {base: 2}}, 2, nil},
		{"layer that breaks SIO_BASE_HANDLE", map[uintptr]provider{1: {poll: 2}, 2: {base: 2}}, 2, nil},
		{"two such layers", map[uintptr]provider{1: {poll: 2}, 2: {poll: 3}, 3: {base: 9}}, 9, nil},
		{"layer that knows neither", map[uintptr]provider{1: {}}, 0, ErrNoBase},
		{"layer that returns itself", map[uintptr]provider{1: {poll: 1}}, 0, ErrNoBase},
		{"layers in a circle", map[uintptr]provider{1: {poll: 2}, 2: {poll: 1}}, 0, ErrNoBase},
		{"invalid handle as base", map[uintptr]provider{1: {base: ^uintptr(0)}}, 0, ErrNoBase},
		{"invalid handle below", map[uintptr]provider{1: {poll: ^uintptr(0)}}, 0, ErrNoBase},
		{"not a socket", nil, 0, errNotSocket},
		{"not a socket below", map[uintptr]provider{1: {poll: 2}}, 0, errNotSocket},
	} {
		calls := 0
		got, err := base(1, func(s uintptr, code uint32) (uintptr, error) {
			calls++
			p, ok := c.layers[s]
			if !ok {
				return 0, errNotSocket
			}
			h := p.base
			if code == sioBspHandlePoll {
				h = p.poll
			}
			if h == 0 {
				return 0, errNotKnown
			}
			return h, nil
		}, func(err error) bool { return errors.Is(err, errNotSocket) })
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: got %d, %v; want %d, %v", c.name, got, err, c.want, c.err)
		}
		if calls > 2*maxHops {
			t.Errorf("%s: %d calls", c.name, calls)
		}
	}
}
