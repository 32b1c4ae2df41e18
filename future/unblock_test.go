package future

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// readAll reads until the end.
func readAll(a *AsyncReader, chunk int, before ...func()) ([]byte, error) {
	var all []byte
	p := make([]byte, chunk)
	for {
		for _, f := range before {
			f()
		}
		r := BlockOn(a.Read(p))
		all = append(all, p[:r.Value]...)
		if r.Err == io.EOF {
			return all, nil
		}
		if r.Err != nil {
			return all, r.Err
		}
	}
}

func TestUnblockReaderReadsEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 500).Draw(rt, "data")
		var r io.Reader = bytes.NewReader(data)
		switch rapid.IntRange(0, 3).Draw(rt, "kind") {
		case 1:
			r = iotest.OneByteReader(r)
		case 2:
			r = iotest.DataErrReader(r)
		case 3:
			r = iotest.HalfReader(r)
		}
		p := NewPool(PoolOptions{})
		a := UnblockReader(r, UnblockOptions{Pool: p, Buffer: rapid.IntRange(1, 64).Draw(rt, "buffer")})
		var before []func()
		if rapid.Bool().Draw(rt, "with as much read ahead as possible") {
			before = append(before, func() { _ = p.Wait(t.Context()) })
		}
		got, err := readAll(a, rapid.IntRange(1, 100).Draw(rt, "chunk"), before...)
		if err != nil || !bytes.Equal(got, data) {
			rt.Fatalf("read %q, %v, want %q", got, err, data)
		}
		BlockOn(a.Close())
	})
}

func TestUnblockReaderErrors(t *testing.T) {
	t.Parallel()
	a := UnblockReader(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("ab"))), UnblockOptions{})
	if got, err := readAll(a, 9); string(got) != "a" || err != iotest.ErrTimeout {
		t.Errorf("%q, %v", got, err)
	}
	nothing := UnblockReader(readerFunc(func([]byte) (int, error) { return 0, nil }), UnblockOptions{})
	if _, err := nothing.ReadContext(t.Context(), make([]byte, 1)); err != io.ErrNoProgress {
		t.Error(err)
	}
	liar := UnblockReader(readerFunc(func(p []byte) (int, error) { return len(p) + 1, nil }), UnblockOptions{})
	if _, err := liar.ReadContext(t.Context(), make([]byte, 1)); err == nil {
		t.Error("a Reader that lies is believed")
	}
	boo := UnblockReader(readerFunc(func([]byte) (int, error) { panic(errBoo) }), UnblockOptions{})
	func() {
		defer func() {
			if e, ok := recover().(*PanicError); !ok || e.Value != errBoo {
				t.Errorf("recovered %v", e)
			}
		}()
		BlockOn(boo.Read(make([]byte, 1)))
	}()
	if r := BlockOn(a.SeekTo(0, io.SeekStart)); !errors.Is(r.Err, errors.ErrUnsupported) {
		t.Error(r)
	}
	BlockOn(a.Close())
	if r := BlockOn(a.Read(make([]byte, 1))); !errors.Is(r.Err, os.ErrClosed) {
		t.Error(r)
	}
	p := NewPool(PoolOptions{})
	_ = p.Close()
	closed := UnblockReader(strings.NewReader("x"), UnblockOptions{Pool: p})
	if r := BlockOn(closed.Read(make([]byte, 1))); !errors.Is(r.Err, ErrPoolClosed) {
		t.Error(r)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// While nobody reads, the pool has its place back; nothing that was read ahead is lost by a cancelled
// read.
func TestUnblockReaderHoldsNoPlaceWhenItsBufferIsFull(t *testing.T) {
	t.Parallel()
	p := newPool(t, PoolOptions{Max: 1})
	a := UnblockReader(strings.NewReader("0123456789"), UnblockOptions{Pool: p, Buffer: 4})
	f := a.Read(make([]byte, 4))
	if _, ready, _ := pollOnce(f); ready {
		t.Error("ready before anything was read")
	}
	Cancel(f)
	if err := p.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := p.Stats(); s.Running != 0 || s.Done != 1 {
		t.Errorf("%+v", s)
	}
	if a.waker != nil {
		t.Error("a waker is kept after Cancel")
	}
	if got, err := readAll(a, 3); string(got) != "0123456789" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestUnblockReaderSeeks(t *testing.T) {
	t.Parallel()
	a := UnblockReader(strings.NewReader("0123456789"), UnblockOptions{Buffer: 8})
	read := func(n int, want string) {
		t.Helper()
		p := make([]byte, n)
		for at := 0; at < n; {
			r := BlockOn(a.Read(p[at:]))
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			at += r.Value
		}
		if string(p) != want {
			t.Errorf("read %q, want %q", p, want)
		}
	}
	seek := func(offset int64, whence int, want int64) {
		t.Helper()
		if r := BlockOn(a.SeekTo(offset, whence)); r.Err != nil || r.Value != want {
			t.Errorf("SeekTo(%d, %d): %v, want %d", offset, whence, r, want)
		}
	}
	read(2, "01")
	seek(3, io.SeekCurrent, 5) // as if nothing had been read ahead
	read(2, "56")
	seek(0, io.SeekCurrent, 7)
	seek(-1, io.SeekEnd, 9)
	read(1, "9")
	if r := BlockOn(a.Read(make([]byte, 1))); r.Err != io.EOF {
		t.Error(r)
	}
	seek(0, io.SeekStart, 0)
	read(10, "0123456789")
	if r := BlockOn(a.SeekTo(-1, io.SeekStart)); r.Err == nil {
		t.Error("sought before the beginning")
	}
	// One that was never polled, or is taken back before it begins, does nothing.
	Cancel(a.SeekTo(0, io.SeekStart))
	if r := BlockOn(a.Read(make([]byte, 1))); r.Err != io.EOF {
		t.Error(r)
	}
	BlockOn(a.Close())
	if r := BlockOn(a.SeekTo(0, io.SeekStart)); !errors.Is(r.Err, os.ErrClosed) {
		t.Error(r)
	}
}

func TestUnblockWriterWritesEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		chunks := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 100), 0, 10).Draw(rt, "chunks")
		var out, want bytes.Buffer
		w := bufio.NewWriterSize(&out, 16)
		a := UnblockWriter(w, UnblockOptions{Buffer: rapid.IntRange(1, 64).Draw(rt, "buffer")})
		for _, c := range chunks {
			want.Write(c)
			if r := BlockOn(a.Write(c)); r.Err != nil || r.Value != len(c) {
				rt.Fatalf("Write: %v", r)
			}
		}
		if r := BlockOn(a.Flush()); r.Err != nil || !bytes.Equal(out.Bytes(), want.Bytes()) {
			rt.Fatalf("wrote %q, %v, want %q", out.Bytes(), r.Err, want.Bytes())
		}
		for range 2 {
			if r := BlockOn(a.Close()); r.Err != nil {
				rt.Fatal(r.Err)
			}
		}
		if r := BlockOn(a.Write([]byte("x"))); !errors.Is(r.Err, os.ErrClosed) {
			rt.Fatal(r)
		}
		if r := BlockOn(a.Flush()); !errors.Is(r.Err, os.ErrClosed) {
			rt.Fatal(r)
		}
	})
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestUnblockWriterErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		w    writerFunc
		want error
	}{
		"failing": {func([]byte) (int, error) { return 0, errBoo }, errBoo},
		"short":   {func(p []byte) (int, error) { return len(p) - 1, nil }, io.ErrShortWrite},
		"lying":   {func(p []byte) (int, error) { return len(p) + 9, errBoo }, errBoo},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := UnblockWriter(test.w, UnblockOptions{Buffer: 4})
			if _, err := a.WriteContext(t.Context(), make([]byte, 9)); err != test.want {
				t.Errorf("Write: %v", err)
			}
			if r := BlockOn(a.Flush()); r.Err != test.want {
				t.Errorf("Flush: %v", r.Err)
			}
			if r := BlockOn(a.SeekTo(0, io.SeekStart)); !errors.Is(r.Err, errors.ErrUnsupported) {
				t.Error(r)
			}
			if r := BlockOn(a.Close()); r.Err != test.want {
				t.Errorf("Close: %v", r.Err)
			}
		})
	}
	a := UnblockWriter(writerFunc(func([]byte) (int, error) { panic(errBoo) }), UnblockOptions{})
	if r := BlockOn(a.Write([]byte("x"))); r.Err != nil {
		t.Error(r)
	}
	defer func() {
		if e, ok := recover().(*PanicError); !ok || e.Value != errBoo {
			t.Errorf("recovered %v", e)
		}
	}()
	BlockOn(a.Flush())
}

func TestUnblockFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	a := UnblockWriter(out, UnblockOptions{Buffer: 4})
	BlockOn(a.Write([]byte("hello, world")))
	if r := BlockOn(a.SeekTo(7, io.SeekStart)); r.Err != nil || r.Value != 7 {
		t.Error(r)
	}
	BlockOn(a.Write([]byte("W")))
	if r := BlockOn(a.Close()); r.Err != nil {
		t.Error(r.Err)
	}
	if got, err := os.ReadFile(name); string(got) != "hello, World" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// slowSeeker says when its Seek has begun, and waits there.
type slowSeeker struct {
	*strings.Reader
	began, release chan struct{}
}

func (s slowSeeker) Seek(offset int64, whence int) (int64, error) {
	s.began <- struct{}{}
	<-s.release
	return s.Reader.Seek(offset, whence)
}

// A seek that was cancelled when it had begun is waited for by whatever comes after it.
func TestUnblockSeekCanceledWhenItHasBegun(t *testing.T) {
	t.Parallel()
	s := slowSeeker{strings.NewReader("0123456789"), make(chan struct{}), make(chan struct{})}
	a := UnblockReader(s, UnblockOptions{Buffer: 2})
	seek := a.SeekTo(4, io.SeekStart)
	w := mustPend(t, seek)
	mustPend(t, seek)
	<-s.began
	Cancel(seek)
	read := a.Read(make([]byte, 1))
	mustPend(t, read)
	Cancel(read)
	second := a.SeekTo(5, io.SeekStart)
	mustPend(t, second)
	go func() {
		s.release <- struct{}{}
		<-s.began
		s.release <- struct{}{}
	}()
	if r := BlockOn(second); r.Err != nil || r.Value != 5 {
		t.Error(r)
	}
	if got, err := readAll(a, 1); string(got) != "56789" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	mustWake(t, w, 0)
	mustPend(t, a.SeekTo(0, io.SeekStart))
	<-s.began
	end := a.Close()
	w = mustPend(t, end)
	mustWake(t, w, 0)
	s.release <- struct{}{}
	BlockOn(end)
}

func TestUnblockWriterCanceled(t *testing.T) {
	t.Parallel()
	p := newPool(t, PoolOptions{Max: 1})
	release := make(chan struct{})
	var out bytes.Buffer
	a := UnblockWriter(writerFunc(func(p []byte) (int, error) {
		<-release
		return out.Write(p)
	}), UnblockOptions{Pool: p, Buffer: 2})
	write := a.Write([]byte("abc"))
	w := mustPend(t, write)
	Cancel(write) // two bytes were taken in
	flush := a.Flush()
	mustPend(t, flush)
	Cancel(flush)
	end := a.Close()
	mustPend(t, end)
	Cancel(end)
	close(release)
	if err := p.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustWake(t, w, 0)
	if out.String() != "ab" {
		t.Errorf("wrote %q", out.String())
	}
	if a.waker != nil || a.busy() {
		t.Error("a waker or a command is kept")
	}
}
