package idle

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// roleEnv tells a process that it is a part of a measurement: "serve", a contestant and an
// address, or "connect", an address, a number and the contestant.
const roleEnv = "GOETIA_BENCH_IDLE"

const maxConns = 20_000

// Child is a part's life: if this process is one, Child does not return.
func Child() {
	role := strings.Split(os.Getenv(roleEnv), "|")
	var err error
	switch {
	case len(role) == 3 && role[0] == "serve":
		err = serve(role[1], role[2])
	case len(role) == 4 && role[0] == "connect":
		err = connect(role[1], role[2], role[3])
	default:
		return
	}
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve prints what it uses before there are connections, and at each line of its input
// what it uses then. It ends with its input.
func serve(name, addr string) error {
	c, err := find(name)
	if err != nil {
		return err
	}
	if err := c.serve(addr); err != nil {
		return err
	}
	in := bufio.NewScanner(os.Stdin)
	for {
		n, err := used()
		if err != nil {
			return err
		}
		fmt.Println(n)
		if !in.Scan() {
			return nil
		}
	}
}

// connect makes connections, talks once over each, says so, and holds them until its input
// ends.
func connect(addr, number, name string) error {
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	contestant, err := find(name)
	if err != nil {
		return err
	}
	talk := contestant.talk
	if talk == nil {
		talk = talkEcho
	}
	conns := make([]*net.TCPConn, 0, n)
	for range n {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		tcp := c.(*net.TCPConn)
		conns = append(conns, tcp)
		if err := tcp.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
			return err
		}
		if err := talk(tcp); err != nil {
			return err
		}
	}
	if contestant.talk != nil {
		time.Sleep(settles)
	}
	fmt.Println(n)
	_, _ = io.Copy(io.Discard, os.Stdin)
	for _, c := range conns {
		// So many must not stay behind in TIME_WAIT.
		_ = c.SetLinger(0)
		_ = c.Close()
	}
	return nil
}

// talkEcho has one message echoed.
func talkEcho(c net.Conn) error {
	var sent, got [message]byte
	if _, err := c.Write(sent[:]); err != nil {
		return err
	}
	_, err := io.ReadFull(c, got[:])
	return err
}

// part is another process.
type part struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func start(role ...string) (*part, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &part{cmd: exec.Command(self)}
	p.cmd.Env = append(os.Environ(), roleEnv+"="+strings.Join(role, "|"))
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewScanner(out)
	return p, p.cmd.Start()
}

// number is the next line of a part's output.
func (p *part) number() (int64, error) {
	if !p.out.Scan() {
		return 0, errors.Join(io.ErrUnexpectedEOF, p.out.Err())
	}
	n, err := strconv.ParseInt(strings.TrimSpace(p.out.Text()), 10, 64)
	if err != nil {
		return 0, errors.New(p.out.Text())
	}
	return n, nil
}

// end ends a part, if not by the end of its input then otherwise.
func (p *part) end() {
	_ = p.in.Close()
	timer := time.AfterFunc(10*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	_ = p.cmd.Wait()
}

// Measure returns how many bytes each of n idle connections takes.
func Measure(name string, n int) (float64, error) {
	addr, err := free()
	if err != nil {
		return 0, err
	}
	server, err := start("serve", name, addr)
	if err != nil {
		return 0, err
	}
	defer server.end()
	before, err := server.number()
	if err != nil {
		return 0, fmt.Errorf("server: %w", err)
	}
	client, err := start("connect", addr, strconv.Itoa(n), name)
	if err != nil {
		return 0, err
	}
	defer client.end()
	if _, err := client.number(); err != nil {
		return 0, fmt.Errorf("client: %w", err)
	}
	if _, err := io.WriteString(server.in, "now\n"); err != nil {
		return 0, err
	}
	after, err := server.number()
	if err != nil {
		return 0, fmt.Errorf("server: %w", err)
	}
	return float64(after-before) / float64(n), nil
}

// free is an address that nobody listens at.
func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// Command is a contestant's process, to be started by somebody else: it prints a line when it
// listens at addr, and ends with its input.
func Command(name string) (cmd *exec.Cmd, addr string, err error) {
	if addr, err = free(); err != nil {
		return nil, "", err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	cmd = exec.Command(self)
	cmd.Env = append(os.Environ(), roleEnv+"="+strings.Join([]string{"serve", name, addr}, "|"))
	cmd.Stderr = os.Stderr
	return cmd, addr, nil
}
