package poll

import things "github.com/goetia-go/goetia/internal/extra"

// Path is a file or directory whose changes are events of a [Poller]. Its methods are
// safe for concurrent use.
type Path struct {
	x *extra
	t *things.Path
}

// Change is one thing that has happened to a path. Name is the name in the
// directory that is watched; it is empty if the path itself is meant, and where the
// system tells no names (it does on Linux).
type Change = things.Change

// Op is a set of what has happened.
type Op = things.Op

// What can happen to a path.
const (
	Created    = things.Created
	Written    = things.Written
	Removed    = things.Removed
	Renamed    = things.Renamed
	Attributes = things.Attributes
	// Gone: the path itself was removed or moved away, and nothing more comes.
	Gone = things.Gone
	// Overflow: more happened than was kept. Look for yourself.
	Overflow = things.Overflow
)

// AddPath registers a file or directory under key. Changes are reported as [Readable],
// and [Path.Take] says what they were. On Linux that is inotify(7), which watches
// the file that the path leads to now and, of a directory, the names in it but nothing
// below, and each path takes one of the user's inotify instances
// (fs.inotify.max_user_instances, usually 128); elsewhere EVFILT_VNODE.
//
// It fails with an *os.PathError inside if the path cannot be watched, and with
// [ErrUnsupported] where the kernel's queue does not tell: on systems other than
// Linux, macOS and the BSDs.
func (p *Poller) AddPath(key Key, path string) (*Path, error) {
	x, t, err := addExtra(p, "path", key, func(called things.Called) (*things.Path, error) {
		return things.NewPath(path, called)
	})
	if err != nil {
		return nil, err
	}
	return &Path{x, t}, nil
}

// Take returns the changes that have been reported since the last Take, oldest first.
// At most about a thousand are kept; then comes one with [Overflow].
func (t *Path) Take() []Change { return t.t.Take() }

// Err is what watching has failed with, if an event was reported with [Error].
func (t *Path) Err() error { return t.x.failure() }

// Delete ends the registration. It fails with [ErrNotFound] if it was deleted before, and
// with [ErrClosed] if the Poller was closed.
func (t *Path) Delete() error { return t.x.remove("path") }
