// Command report measures the Poller against hand-written loops and against its
// targets, and prints tables. It exits with 1 if something could not be measured
// at all, and also for missed targets if GOETIA_BENCH_STRICT=1.
package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/goetia-go/goetia/bench/internal/idle"
	"github.com/goetia-go/goetia/bench/internal/report"
)

func main() {
	idle.Child()
	fmt.Printf("%s/%s, %s, GOMAXPROCS %d\n", runtime.GOOS, runtime.GOARCH, runtime.Version(), runtime.GOMAXPROCS(0))
	r := report.New(os.Stdout)
	err := sections(r)
	missed := r.End()
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
	if missed > 0 && os.Getenv("GOETIA_BENCH_STRICT") == "1" {
		os.Exit(1)
	}
}
