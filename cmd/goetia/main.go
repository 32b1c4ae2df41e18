// Goetia is a command line tool that shows what the library's Poller does on
// the machine at hand: it examines the mechanisms, serves and loads echo
// connections, and watches the readiness of sockets.
//
// Run goetia --help for the commands, and goetia COMMAND --help for examples.
package main

import (
	"os"

	"github.com/goetia-go/goetia/cmd/goetia/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
