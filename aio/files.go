package aio

import (
	"context"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"sync"

	"github.com/goetia-go/goetia/future"
)

// Files are always ready, whatever the disk is doing, so they are read and written on the
// blocking pool (future.Go). A buffer that is given to an operation is not touched outside its
// Poll: the pool works with one of its own.

// File is an open file. Its operations may be used by several tasks at once.
type File struct{ f *os.File }

// OpenFile is os.OpenFile as a future. If it is cancelled, a file that was opened is closed at
// once or, if it was open already, by the garbage collector, as any os.File.
func OpenFile(name string, flag int, perm fs.FileMode) future.Future[future.Result[*File]] {
	return future.Go(func(ctx context.Context) (*File, error) {
		f, err := os.OpenFile(name, flag, perm)
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil { // nobody wants it any more
			return nil, f.Close()
		}
		return &File{f}, nil
	})
}

// File is the file beneath.
func (f *File) File() *os.File { return f.f }

// ReadAt reads into b from an offset. As with os.File, less than len(b) comes with an error,
// io.EOF at the end.
func (f *File) ReadAt(b []byte, offset int64) future.Future[future.Result[int]] {
	own := make([]byte, len(b))
	return future.Map(
		future.Go(func(context.Context) (int, error) { return f.f.ReadAt(own, offset) }),
		func(r future.Result[int]) future.Result[int] {
			copy(b, own[:r.Value])
			return r
		})
}

// WriteAt writes b at an offset. What b holds now is written, whatever becomes of it.
func (f *File) WriteAt(b []byte, offset int64) future.Future[future.Result[int]] {
	own := append([]byte(nil), b...)
	return future.Go(func(context.Context) (int, error) { return f.f.WriteAt(own, offset) })
}

// Stat is that of os.File.
func (f *File) Stat() future.Future[future.Result[fs.FileInfo]] {
	return future.Go(func(context.Context) (fs.FileInfo, error) { return f.f.Stat() })
}

// Sync has the file's contents written to the disk.
func (f *File) Sync() future.Future[future.Result[struct{}]] { return f.do(f.f.Sync) }

// Truncate is that of os.File.
func (f *File) Truncate(size int64) future.Future[future.Result[struct{}]] {
	return f.do(func() error { return f.f.Truncate(size) })
}

// Close closes the file.
func (f *File) Close() future.Future[future.Result[struct{}]] { return f.do(f.f.Close) }

func (f *File) do(work func() error) future.Future[future.Result[struct{}]] {
	return future.Go(func(context.Context) (struct{}, error) { return struct{}{}, work() })
}

// Stream reads and writes the file from its beginning, or where it was left, and closes it when it
// is closed. It reads up to 64 KiB at once.
func (f *File) Stream() *Foreign { return NewForeign(f.f) }

// ReadFile is os.ReadFile as a future.
func ReadFile(name string) future.Future[future.Result[[]byte]] {
	return future.Go(func(context.Context) ([]byte, error) { return os.ReadFile(name) })
}

// WriteFile is os.WriteFile as a future. What data holds now is written. If it is cancelled
// before it has begun, nothing happens; otherwise it goes on.
func WriteFile(name string, data []byte, perm fs.FileMode) future.Future[future.Result[struct{}]] {
	own := append([]byte(nil), data...)
	return future.Go(func(context.Context) (struct{}, error) { return struct{}{}, os.WriteFile(name, own, perm) })
}

// ReadDir is os.ReadDir as a future.
func ReadDir(name string) future.Future[future.Result[[]fs.DirEntry]] {
	return future.Go(func(context.Context) ([]fs.DirEntry, error) { return os.ReadDir(name) })
}

// Lookup finds a host's addresses with net.DefaultResolver; the network is "ip", "ip4" or
// "ip6". If it is cancelled the query is given up.
func Lookup(network, host string) future.Future[future.Result[[]netip.Addr]] {
	return LookupWith(net.DefaultResolver, network, host)
}

// LookupWith is Lookup with another resolver.
func LookupWith(r *net.Resolver, network, host string) future.Future[future.Result[[]netip.Addr]] {
	return future.Go(func(ctx context.Context) ([]netip.Addr, error) {
		addrs, err := r.LookupNetIP(ctx, network, host)
		for i := range addrs {
			addrs[i] = addrs[i].Unmap() // some are IPv4 in IPv6's clothes
		}
		return addrs, err
	})
}

// LookupAddr finds the names of an address.
func LookupAddr(addr string) future.Future[future.Result[[]string]] {
	return future.Go(func(ctx context.Context) ([]string, error) { return net.DefaultResolver.LookupAddr(ctx, addr) })
}

// Stdin, Stdout and Stderr are the program's standard streams, the same ones for all who ask. They
// may be terminals, files or pipes that are shared with other processes, whose modes are not
// this one's to change; so each read and write has a goroutine that blocks. What is written is
// in the file when Flush is ready.
var (
	Stdin  = sync.OnceValue(func() *Foreign { return NewForeign(os.Stdin) })
	Stdout = sync.OnceValue(func() *Foreign { return NewForeign(os.Stdout) })
	Stderr = sync.OnceValue(func() *Foreign { return NewForeign(os.Stderr) })
)
