package poll

import things "github.com/goetia-go/goetia/internal/extra"

// Post is an event that the program itself makes happen, from any goroutine. Unlike
// [Poller.Notify] it has a key and is not lost in other events. Its methods are safe
// for concurrent use.
type Post struct {
	x *extra
	t *things.Post
}

// AddPost registers an event that [Post.Post] makes happen, under key.
func (p *Poller) AddPost(key Key) (*Post, error) {
	x, t, err := addExtra(p, "post", key, things.NewPost)
	if err != nil {
		return nil, err
	}
	return &Post{x, t}, nil
}

// Post has the event reported as [Readable]. Several before the event is reported are
// one event. What the caller did before is visible to whoever gets the event. It
// fails with [ErrNotFound] after Delete, and with [ErrClosed] after the Poller was
// closed.
func (t *Post) Post() error {
	return t.x.do("post", func() error {
		t.t.Post()
		return nil
	})
}

// Take returns how many times Post was called for the events reported since the last
// Take.
func (t *Post) Take() uint64 { return t.t.Take() }

// Delete ends the registration. It fails with [ErrNotFound] if it was deleted before, and
// with [ErrClosed] if the Poller was closed.
func (t *Post) Delete() error { return t.x.remove("post") }
