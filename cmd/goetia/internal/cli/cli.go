// Package cli is the grammar of the command line: flags, help, error lines and
// exit codes. What the commands do is in packages of their own.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"
)

// grammar is the command line. Kong reads the tags.
type grammar struct {
	Doctor  doctorCommand  `cmd:"" help:"Examine the mechanisms of this system and test each one."`
	Echo    echoCommand    `cmd:"" help:"Serve: send back what connections send."`
	Load    loadCommand    `cmd:"" help:"Load an echo server and measure it."`
	Serve   serveCommand   `cmd:"" help:"Serve a folder to browsers, with idle connections parked."`
	Watch   watchCommand   `cmd:"" help:"Print the readiness of sockets as it changes."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

const description = `Goetia waits for sockets to become ready, on every operating system.
This tool shows how it does so here.

Exit codes: 0 all went well, 1 something failed, 2 the command line was wrong. With --json a
failure that ends a command is an object with "error" and "ok" on the output, too.`

// env is what commands run in.
type env struct {
	ctx            context.Context
	stdout, stderr io.Writer
}

// Main runs one command line and returns the exit code. An interrupt or SIGTERM
// asks the command to finish; a second one ends the process.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(&env{ctx: ctx, stdout: stdout, stderr: stderr}, args)
}

// exit carries the code with which kong wants to end the process after help.
type exit int

func run(e *env, args []string) (code int) {
	defer func() {
		if r := recover(); r != nil {
			x, ok := r.(exit)
			if !ok {
				panic(r)
			}
			code = int(x)
		}
	}()
	var g grammar
	parser, err := kong.New(&g,
		kong.Name("goetia"),
		kong.Description(description),
		kong.Writers(e.stdout, e.stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Bind(e),
	)
	if err != nil {
		panic(err) // the grammar itself is wrong
	}
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help":
		args = append(slices.Clip(args[1:]), "--help")
	}
	command, err := parser.Parse(args)
	if err != nil {
		return e.fail(usage(err))
	}
	err = command.Run()
	if asksJSON(command) {
		err = errors.Join(err, e.failJSON(err))
	}
	return e.fail(err)
}

// asksJSON says whether the command was given --json.
func asksJSON(command *kong.Context) bool {
	for _, f := range command.Flags() {
		if f.Name == "json" {
			return f.Target.Bool()
		}
	}
	return false
}
