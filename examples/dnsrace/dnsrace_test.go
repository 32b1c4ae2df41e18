package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a DNS server that answers as it is told, or not at all.
func server(t *testing.T, answers func(q dnsmessage.Message) *dnsmessage.Message) string {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			var q dnsmessage.Message
			if q.Unpack(buf[:n]) != nil {
				continue
			}
			if a := answers(q); a != nil {
				if b, err := a.Pack(); err == nil {
					_, _ = c.WriteTo(b, from)
				}
			}
		}
	}()
	return c.LocalAddr().String()
}

func says(code dnsmessage.RCode, addrs ...[4]byte) func(dnsmessage.Message) *dnsmessage.Message {
	return func(q dnsmessage.Message) *dnsmessage.Message {
		q.Response, q.RCode = true, code
		for _, a := range addrs {
			q.Answers = append(q.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Questions[0].Name, Class: dnsmessage.ClassINET, Type: dnsmessage.TypeA},
				Body:   &dnsmessage.AResource{A: a},
			})
		}
		return &q
	}
}

func silent(dnsmessage.Message) *dnsmessage.Message { return nil }

func TestRace(t *testing.T) {
	knows := server(t, says(dnsmessage.RCodeSuccess, [4]byte{192, 0, 2, 7}))
	var out bytes.Buffer
	err := run(t.Context(), []string{"-timeout", "1m", "example.test", server(t, silent), server(t, says(dnsmessage.RCodeNameError)), knows}, &out)
	if err != nil || !strings.HasPrefix(out.String(), knows+" answered after ") || !strings.HasSuffix(out.String(), "\n192.0.2.7\n") {
		t.Fatalf("%v %s", err, out.String())
	}
}

func TestNobodyKnows(t *testing.T) {
	a, b := server(t, says(dnsmessage.RCodeNameError)), server(t, says(dnsmessage.RCodeSuccess))
	err := run(t.Context(), []string{"-timeout", "1m", "example.test", a, b, "no address"}, new(bytes.Buffer))
	for _, want := range []string{a, b, "no address", "NameError", errNothing.Error()} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestNobodyAnswers(t *testing.T) {
	err := run(t.Context(), []string{"-timeout", "20ms", "example.test", server(t, silent)}, new(bytes.Buffer))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, stop)
	if err := run(ctx, []string{"-timeout", "1h", "example.test", server(t, silent)}, new(bytes.Buffer)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := run(ctx, []string{"example.test"}, new(bytes.Buffer)); err == nil {
		t.Error("no server is fine")
	}
}

// FuzzParse: whatever comes is an answer or is not.
func FuzzParse(f *testing.F) {
	b, id, err := query("example.test")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, id)
	f.Fuzz(func(t *testing.T, b []byte, id uint16) {
		if addrs, mine, err := parse(b, id); !mine && (addrs != nil || err != nil) || mine && err == nil && len(addrs) == 0 {
			t.Errorf("%v %t %v", addrs, mine, err)
		}
	})
}
