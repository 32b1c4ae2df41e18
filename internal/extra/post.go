package extra

import "sync/atomic"

// Post happens when the program says so.
type Post struct {
	withoutHandle
	repeated
	count
	posted atomic.Uint64
	called Called
}

// NewPost makes one.
func NewPost(called Called) (*Post, error) { return &Post{called: called}, nil }

// Post makes it happen.
func (p *Post) Post() {
	p.posted.Add(1)
	p.called()
}

// Collect implements Thing.
func (p *Post) Collect() (bool, error) {
	n := p.posted.Swap(0)
	p.n.Add(n)
	return n > 0, nil
}

// Close implements Thing.
func (p *Post) Close() error { return nil }
