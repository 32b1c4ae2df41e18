// Command dnsrace looks a name up with several DNS servers at once, and prints the first answer.
//
//	dnsrace example.com 192.0.2.1:53 192.0.2.2:53
//
// A server that refuses or does not know the name is out of the race; the others are
// given up as soon as one has answered.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/examples/internal/task"
	"github.com/goetia-go/goetia/future"
)

func main() { task.Main(run) }

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("dnsrace", flag.ContinueOnError)
	flags.SetOutput(out)
	timeout := flags.Duration("timeout", 5*time.Second, "how long the race may take")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() < 2 {
		return errors.New("usage: dnsrace [-timeout DURATION] NAME SERVER:PORT [SERVER:PORT ...]")
	}
	loop, err := aio.New()
	if err != nil {
		return err
	}
	r, err := aio.Await(ctx, loop, future.Timeout(race(loop, flags.Arg(0), flags.Args()[1:]), *timeout))
	if err = errors.Join(err, r.Err, r.Value.Err, loop.Close()); err != nil {
		return err
	}
	won := r.Value.Value
	fmt.Fprintf(out, "%s answered after %v\n", won.server, won.took.Round(10*time.Microsecond))
	for _, a := range won.addrs {
		fmt.Fprintln(out, a)
	}
	return nil
}

// answer is what a server has said.
type answer struct {
	server string
	addrs  []netip.Addr
	took   time.Duration
}

// race asks all servers, and is ready with the first answer.
func race(loop *aio.Loop, host string, servers []string) future.Future[future.Result[answer]] {
	runners := new(future.Unordered[future.Result[answer]])
	for _, server := range servers {
		runners.Push(ask(loop, host, server))
	}
	var errs []error
	return future.PollFunc[future.Result[answer]](func(cx *future.Context) (future.Result[answer], bool) {
		for {
			r, ok, ready := runners.PollNext(cx)
			switch {
			case !ready:
				return r, false
			case !ok:
				return future.Result[answer]{Err: errors.Join(errs...)}, true
			case r.Err == nil:
				runners.Cancel()
				return r, true
			}
			errs = append(errs, r.Err)
		}
	})
}

// ask asks one server, by datagram.
func ask(loop *aio.Loop, host, server string) future.Future[future.Result[answer]] {
	began := time.Now()
	fail := func(err error) future.Future[future.Result[answer]] {
		return future.Ready(future.Result[answer]{Err: fmt.Errorf("%s: %w", server, err)})
	}
	if _, _, err := net.SplitHostPort(server); err != nil {
		return fail(err)
	}
	p, err := loop.DialPacket("udp", server)
	if err != nil {
		return fail(err)
	}
	question, id, err := query(host)
	if err != nil {
		return fail(errors.Join(err, p.Close()))
	}
	buf := make([]byte, 1232)
	sent := future.Then(p.Send(question, netip.AddrPort{}), func(err error) future.Future[future.Result[[]netip.Addr]] {
		return future.PollFunc[future.Result[[]netip.Addr]](func(cx *future.Context) (r future.Result[[]netip.Addr], ready bool) {
			for err == nil {
				var d aio.Datagram
				if d, ready, err = p.PollReceive(cx, buf); !ready {
					return r, false
				} else if err != nil {
					break
				}
				if addrs, mine, err := parse(buf[:d.N], id); mine {
					return future.Result[[]netip.Addr]{Value: addrs, Err: err}, true
				}
			}
			r.Err = err
			return r, true
		})
	})
	return task.Closing(future.Map(sent, func(r future.Result[[]netip.Addr]) future.Result[answer] {
		if r.Err != nil {
			return future.Result[answer]{Err: fmt.Errorf("%s: %w", server, r.Err)}
		}
		return future.Result[answer]{Value: answer{server, r.Value, time.Since(began)}}
	}), p)
}
