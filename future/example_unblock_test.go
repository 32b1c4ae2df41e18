package future_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/goetia-go/goetia/future"
)

func ExampleUnblockReader() {
	r := future.UnblockReader(strings.NewReader("hello, world"), future.UnblockOptions{})
	p := make([]byte, 5)
	n, err := future.BlockOn(r.Read(p)).Get()
	fmt.Printf("%q %v\n", p[:n], err)

	// As if nothing had been read ahead.
	fmt.Println(future.BlockOn(r.SeekTo(2, io.SeekCurrent)).Get())
	n, err = future.BlockOn(r.Read(p)).Get()
	fmt.Printf("%q %v\n", p[:n], err)

	future.BlockOn(r.Close()) // the strings.Reader is ours again
	// Output:
	// "hello" <nil>
	// 7 <nil>
	// "world" <nil>
}

func ExampleUnblockWriter() {
	w := future.UnblockWriter(bufio.NewWriter(os.Stdout), future.UnblockOptions{Buffer: 4})
	fmt.Println(future.BlockOn(w.Write([]byte("hello, world\n"))).Get())
	fmt.Println(future.BlockOn(w.Close()).Err)
	// Output:
	// 13 <nil>
	// hello, world
	// <nil>
}

// A scanner that blocks, as a stream.
func ExampleUnblockSeq() {
	lines := func(yield func(string) bool) {
		s := bufio.NewScanner(strings.NewReader("one\ntwo\n"))
		for s.Scan() && yield(s.Text()) {
		}
	}
	stream := future.UnblockSeq(lines, future.UnblockOptions{})
	future.BlockOn(future.PollFunc[struct{}](func(cx *future.Context) (none struct{}, ended bool) {
		for {
			line, ok, ready := stream.PollNext(cx)
			if !ready || !ok {
				return none, ready
			}
			fmt.Println(line)
		}
	}))
	// Output:
	// one
	// two
}
