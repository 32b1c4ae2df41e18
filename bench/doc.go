// Package bench measures the library: against event loops written by hand on the
// bare system calls, one mechanism against another, and against the library's own
// targets. README.md tells how to run it and how to read what it says.
//
// The benchmarks here are for comparing two commits with benchstat. What compares
// the Poller with a rival, or with a target, is the program cmd/report: a ratio
// wants both sides in one process at one time, which go test -bench, running one
// after the other, cannot give on a machine that is not quiet.
package bench
