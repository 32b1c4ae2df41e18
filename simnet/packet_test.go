package simnet_test

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/simnet"
)

func packets(t testing.TB, n *simnet.Network) (client net.Conn, server net.PacketConn) {
	t.Helper()
	server, err := n.Host("server").ListenPacket("udp", ":53")
	if err != nil {
		t.Fatal(err)
	}
	client, err = n.Host("client").Dial("udp", server.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

func TestPackets(t *testing.T) {
	n := new(simnet.Network)
	client, server := packets(t, n)
	write(t, client, "question")
	b := make([]byte, 4)
	k, from, err := server.ReadFrom(b)
	if err != nil || string(b[:k]) != "ques" || from.String() != client.LocalAddr().String() {
		t.Fatalf("%q from %v, %v", b[:k], from, err)
	}
	if _, err := server.WriteTo([]byte("answer"), from); err != nil {
		t.Fatal(err)
	}
	b = make([]byte, 100)
	if k, err := client.Read(b); string(b[:k]) != "answer" || err != nil {
		t.Errorf("%q, %v", b[:k], err)
	}
	// A dialled one hears nobody else.
	stranger, err := n.Host("stranger").ListenPacket("udp4", "")
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	if _, err := stranger.WriteTo([]byte("spam"), client.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	if _, err := server.WriteTo(nil, from); err != nil { // an empty packet is one
		t.Fatal(err)
	}
	if k, err := client.Read(b); k != 0 || err != nil {
		t.Errorf("%q, %v", b[:k], err)
	}
}

func TestPacketErrors(t *testing.T) {
	n := new(simnet.Network)
	client, server := packets(t, n)
	conn := client.(*simnet.PacketConn)
	for name, err := range map[string]error{
		"too long":       second(client.Write(make([]byte, 65508))),
		"connected":      second(conn.WriteTo(nil, server.LocalAddr())),
		"not connected":  second(server.(*simnet.PacketConn).Write(nil)),
		"no address":     second(server.WriteTo(nil, nil)),
		"no such host":   second(server.WriteTo(nil, &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1})),
		"no UDP address": second(server.WriteTo(nil, &net.UnixAddr{Name: "/x"})),
		"in use":         second(n.Host("server").ListenPacket("udp", ":53")),
	} {
		var op *net.OpError
		if !errors.As(err, &op) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if server.(*simnet.PacketConn).RemoteAddr() != nil {
		t.Error("it has a remote address")
	}
	if _, err := server.WriteTo([]byte("x"), &net.UDPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 99}); err != nil {
		t.Errorf("nobody listens, and it is said: %v", err)
	}
}

// TestPacketLoss: a partition and a full buffer lose packets.
func TestPacketLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &simnet.Network{Buffer: 10, Default: simnet.Link{Latency: time.Second}}
		client, server := packets(t, n)
		read := func(want string) {
			t.Helper()
			server.SetReadDeadline(time.Now().Add(10 * time.Second))
			got := ""
			b := make([]byte, 100)
			for {
				k, _, err := server.ReadFrom(b)
				if err != nil {
					if !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Error(err)
					}
					break
				}
				got += string(b[:k]) + " "
			}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		for _, s := range []string{"1234", "5678", "lost", "90"} {
			write(t, client, s)
		}
		time.Sleep(2 * time.Second)
		read("1234 5678 90 ")
		write(t, client, "cut off")
		n.Partition([]*simnet.Host{n.Host("client")}, []*simnet.Host{n.Host("server")})
		write(t, client, "cut, too")
		time.Sleep(2 * time.Second)
		n.Heal()
		write(t, client, "through")
		read("through ")
		write(t, client, strings.Repeat("big", 10)) // one packet always fits
		read(strings.Repeat("big", 10) + " ")
		n.SetLink(n.Host("client"), n.Host("server"), simnet.Link{Loss: 1})
		write(t, client, "lost")
		read("")
		// Its own deadline of writing is honoured.
		client.SetWriteDeadline(time.Now().Add(-1))
		if _, err := client.Write(nil); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Write: %v", err)
		}
	})
}
