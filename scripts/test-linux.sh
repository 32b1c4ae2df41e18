#!/usr/bin/env bash
# The library's tests on this machine, those of the reactor and
# of package poll once for each mechanism.
#
#   test-linux.sh [--race] [PACKAGE...]
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# Suites of simulated sources wait more than they compute, but with the race detector.
flags=(-count=1)
if [[ ${1:-} == --race ]]; then
	shift
	need gcc gcc libc6-dev
	export CGO_ENABLED=1
	flags+=(-race -timeout=6m)
else
	flags+=(-timeout=5m -parallel=8)
fi
if (($# > 0)); then
	in_root go test "${flags[@]}" "$@"
	exit
fi
mapfile -t rest < <(in_root go list ./... | grep -v -e '/poll$' -e '/goetia$' -e '/aio$')
in_root go test "${flags[@]}" "${rest[@]}"
# Its threads are coroutines, of which one runs at a time: the race detector has nothing to see.
if [[ " ${flags[*]} " != *" -race "* ]]; then
	say "the orders of threads that the model checker tries"
	in_root go vet -tags loom ./future ./internal/loom
	in_root go test "${flags[@]}" -tags loom -run Loom -v ./future ./internal/loom | grep -v -e '^=== ' -e '^ *--- PASS'
fi
for mechanism in epoll io_uring poll; do
	say "the reactor and packages poll and aio with $mechanism"
	GOETIA_MECHANISM=$mechanism in_root go test "${flags[@]}" . ./poll ./aio
done
if [[ " ${flags[*]} " == *" -race "* ]]; then exit; fi
# What the model of kqueue allocates, and takes for each of very many sources, says nothing of
# kqueue; nor is it a mechanism of this system.
readonly MODEL='^Test(SteadyStateAllocations|Allocs|Allocations|Memory|IdleMemory|ManyConnections|Mechanisms|PageTellsFeatures|FilesAreRefused)$'
say "the reactor and packages poll and aio with kqueue, over a model of it"
in_root go vet -tags kqueuemodel ./poll
GOETIA_MECHANISM=kqueue in_root go test "${flags[@]}" -tags kqueuemodel -skip "$MODEL" . ./poll ./aio
