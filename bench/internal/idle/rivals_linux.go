package idle

import (
	"context"
	"io"
	"log"
	"net"

	"github.com/cloudwego/netpoll"
	"github.com/lesismal/nbio"
	"github.com/lesismal/nbio/logging"
	"github.com/panjf2000/gnet/v2"
	"github.com/tidwall/evio"
	"github.com/xtaci/gaio"
)

var rivals = []contestant{
	{name: "gnet", serve: serveGnet},
	{name: "nbio", serve: serveNbio},
	{name: "netpoll (cloudwego)", serve: serveNetpoll},
	{name: "evio", serve: serveEvio},
	{name: "gaio", serve: serveGaio},
}

// silent keeps gnet from writing to the output, which has a meaning here.
type silent struct{}

func (silent) Debugf(string, ...any)     {}
func (silent) Infof(string, ...any)      {}
func (silent) Warnf(string, ...any)      {}
func (silent) Errorf(f string, a ...any) { log.Printf(f, a...) }
func (silent) Fatalf(f string, a ...any) { log.Fatalf(f, a...) }

type gnetEcho struct {
	gnet.BuiltinEventEngine
	booted chan struct{}
}

func (g *gnetEcho) OnBoot(gnet.Engine) gnet.Action {
	close(g.booted)
	return gnet.None
}

func (g *gnetEcho) OnTraffic(c gnet.Conn) gnet.Action {
	buf, err := c.Next(-1)
	if err == nil {
		_, err = c.Write(buf)
	}
	if err != nil {
		return gnet.Close
	}
	return gnet.None
}

// started waits for a server that runs until its process ends.
func started(booted <-chan struct{}, run func() error) error {
	failed := make(chan error, 1)
	go func() { failed <- run() }()
	select {
	case err := <-failed:
		return err
	case <-booted:
		return nil
	}
}

func serveGnet(addr string) error {
	g := &gnetEcho{booted: make(chan struct{})}
	return started(g.booted, func() error {
		return gnet.Run(g, "tcp://"+addr, gnet.WithLogger(silent{}))
	})
}

func serveEvio(addr string) error {
	booted := make(chan struct{})
	events := evio.Events{
		Serving: func(evio.Server) evio.Action {
			close(booted)
			return evio.None
		},
		Data: func(_ evio.Conn, in []byte) ([]byte, evio.Action) { return in, evio.None },
	}
	return started(booted, func() error { return evio.Serve(events, "tcp://"+addr) })
}

func serveNbio(addr string) error {
	logging.SetLevel(logging.LevelError)
	engine := nbio.NewEngine(nbio.Config{Network: "tcp", Addrs: []string{addr}})
	engine.OnData(func(c *nbio.Conn, data []byte) {
		if _, err := c.Write(append([]byte(nil), data...)); err != nil {
			c.Close()
		}
	})
	return engine.Start()
}

func serveNetpoll(addr string) error {
	netpoll.SetLoggerOutput(io.Discard)
	l, err := netpoll.CreateListener("tcp", addr)
	if err != nil {
		return err
	}
	loop, err := netpoll.NewEventLoop(func(_ context.Context, c netpoll.Connection) error {
		r, w := c.Reader(), c.Writer()
		buf, err := r.Next(r.Len())
		if err == nil {
			_, err = w.WriteBinary(append([]byte(nil), buf...))
		}
		if err == nil {
			err = r.Release()
		}
		if err == nil {
			err = w.Flush()
		}
		return err
	})
	if err != nil {
		return err
	}
	go func() {
		if err := loop.Serve(l); err != nil {
			log.Print("netpoll: ", err)
		}
	}()
	return nil
}

func serveGaio(addr string) error {
	watcher, err := gaio.NewWatcher()
	if err != nil {
		return err
	}
	go func() {
		for {
			results, err := watcher.WaitIO()
			if err != nil {
				return
			}
			for _, res := range results {
				switch {
				case res.Error != nil || res.Operation == gaio.OpRead && res.Size == 0:
					err = watcher.Free(res.Conn)
				case res.Operation == gaio.OpRead:
					// The buffer is the watcher's own, and valid until the next WaitIO.
					err = watcher.Write(nil, res.Conn, append([]byte(nil), res.Buffer[:res.Size]...))
				case res.Operation == gaio.OpWrite:
					err = watcher.Read(nil, res.Conn, nil)
				}
				if err != nil {
					log.Print("gaio: ", err)
				}
			}
		}
	}()
	return accepted(addr, func(c net.Conn) {
		if err := watcher.Read(nil, c, nil); err != nil {
			log.Print("gaio: ", err)
		}
	})
}
