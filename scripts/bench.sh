#!/usr/bin/env bash
# The library's benchmarks, then those that compare it with others. Results are kept
# under the cache and summed up by benchstat.
#
#   COUNT=10 BENCH=Wake BASE=old.txt bench.sh    compares with an earlier run
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

tools=$(pinned_tools)
mkdir -p "$CACHE/bench"
out=$CACHE/bench/$(date -u +%Y%m%dT%H%M%SZ).txt
flags=(-run '^$' -bench "${BENCH:-.}" -benchmem -count "${COUNT:-5}" -timeout 30m)

in_root go test "${flags[@]}" ./... | tee "$out"
if has_go "$REPO/bench"; then
	in_module bench go test "${flags[@]}" ./... | tee -a "$out"
fi
if [[ -n ${BASE:-} ]]; then
	"$tools/benchstat" "$BASE" "$out"
else
	"$tools/benchstat" "$out"
fi
say "kept in $out"
