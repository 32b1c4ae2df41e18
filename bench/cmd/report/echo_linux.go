package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/goetia-go/goetia/bench/internal/idle"
	"github.com/goetia-go/goetia/bench/internal/quantile"
	"github.com/goetia-go/goetia/bench/internal/report"
)

// echoEngines are the servers to be compared: those of the command line tool, of which the first is
// what the others are measured by, and a goroutine for each connection.
var echoEngines = []string{"poll", "reactor", "future", "coro", goroutines}

const goroutines = "a goroutine each"

// echoes compares what a message costs servers of echo with busy connections.
func echoes(r *report.Report, rounds int) {
	r.Section("Echo: 200 connections with a message of 64 bytes each under way",
		fmt.Sprintf("Processor time of the server's process for each message, from goetia echo and goetia load; %d rounds", rounds),
		"of three seconds, in turn. The ratio is of one round's two, its median and quartiles. Target for aio: 1.3.")
	dir, err := os.MkdirTemp("", "goetia-bench")
	if err != nil {
		r.Fail("goetia", err)
		return
	}
	defer os.RemoveAll(dir)
	tool := filepath.Join(dir, "goetia")
	if out, err := exec.Command("go", "build", "-o", tool, "github.com/goetia-go/goetia/cmd/goetia").CombinedOutput(); err != nil {
		r.Fail("goetia", fmt.Errorf("%w: %s", err, out))
		return
	}
	costs := make(map[string][]float64)
	for i := range rounds {
		for j := range echoEngines {
			engine := echoEngines[(i+j)%len(echoEngines)]
			cost, err := echoCost(tool, engine)
			if err != nil {
				r.Fail(engine, err)
				return
			}
			costs[engine] = append(costs[engine], cost)
		}
	}
	base := costs[echoEngines[0]]
	for _, engine := range echoEngines {
		ratios := make([]float64, rounds)
		for i, c := range costs[engine] {
			ratios[i] = c / base[i]
		}
		ratio := quantile.Of(ratios, 0.5)
		shown := fmt.Sprintf("%.2f us, %.3f times poll's (%.2f to %.2f)", quantile.Of(costs[engine], 0.5), ratio,
			quantile.Of(ratios, 0.25), quantile.Of(ratios, 0.75))
		if engine == "future" {
			r.AtMost(engine, shown, ratio, 1.3, " times")
		} else {
			r.Info(engine, shown)
		}
	}
}

// echoCost runs one server for three seconds, and returns its microseconds for each message.
func echoCost(tool, engine string) (float64, error) {
	var server *exec.Cmd
	var addr string
	if engine == goroutines {
		var err error
		if server, addr, err = idle.Command(idle.Goroutine); err != nil {
			return 0, err
		}
	} else {
		server = exec.Command(tool, "echo", "--listen", "127.0.0.1:0", "--engine", engine, "--json")
	}
	in, err := server.StdinPipe()
	if err != nil {
		return 0, err
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := server.Start(); err != nil {
		return 0, err
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err == nil && addr == "" {
		var listening struct{ Listening string }
		err = json.Unmarshal([]byte(first), &listening)
		addr = listening.Listening
	}
	messages := 0.0
	if err == nil {
		messages, err = load(tool, addr)
	}
	// A contestant ends with its input, the tool at an interrupt.
	_ = in.Close()
	if engine != goroutines {
		_ = server.Process.Signal(os.Interrupt)
	}
	_, _ = io.Copy(io.Discard, lines)
	if e := server.Wait(); err == nil {
		err = e
	}
	if err != nil {
		return 0, err
	}
	state := server.ProcessState
	return float64((state.UserTime() + state.SystemTime()).Microseconds()) / messages, nil
}

// load has 200 connections exchange messages for three seconds, and returns how many there were.
func load(tool, addr string) (float64, error) {
	out, err := exec.Command(tool, "load", "--addr", addr, "--conns", "200", "--size", "64", "--duration", "3s", "--json").Output()
	if err != nil {
		return 0, fmt.Errorf("goetia load: %w: %s", err, out)
	}
	var result struct{ Messages float64 }
	if err := json.Unmarshal([]byte(strings.TrimSpace(string(out))), &result); err != nil {
		return 0, err
	}
	if result.Messages == 0 {
		return 0, fmt.Errorf("goetia load exchanged nothing: %s", out)
	}
	return result.Messages, nil
}
