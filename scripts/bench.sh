#!/usr/bin/env bash
# Benchmarks, in one of two ways.
#
#   bench.sh                                     the report: the Poller against loops
#                                                written by hand and against its targets,
#                                                here and under Wine; some ten minutes
#   COUNT=10 BENCH=Event BASE=old.txt bench.sh   go test -bench, summed up by benchstat
#                                                and compared with an earlier run
#
# Any of the three variables asks for the second way. The report ends with 0 though a
# target was missed, unless GOETIA_BENCH_STRICT=1. What was printed is kept in the cache.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

mkdir -p "$CACHE/bench"
out=$CACHE/bench/$(date -u +%Y%m%dT%H%M%SZ).txt
failed=0

# machine says where and on what this was measured: a result without it is worth nothing.
machine() {
	printf 'date     %s\n' "$(date -u +%Y-%m-%dT%H:%MZ)"
	printf 'commit   %s\n' "$(git -C "$REPO" describe --always --dirty 2>/dev/null || echo unknown)"
	printf 'kernel   %s\n' "$(uname -srm)"
	printf 'cpu      %s, %s processors\n' "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1 | xargs)" "$(nproc)"
	printf 'load     %s before\n' "$(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null)"
	printf 'go       %s\n' "$(go version)"
	printf 'x/sys    %s\n' "$(in_module bench go list -m -f '{{.Version}}' golang.org/x/sys)"
	printf 'as       uid %s, %s descriptors allowed\n' "$(id -u)" "$(ulimit -n)"
}

report_linux() {
	printf '\n# Linux\n\n'
	in_module bench env CGO_ENABLED=0 go build -o "$work/report" ./cmd/report
	"$work/report"
}

report_windows() {
	printf '\n# Windows, under Wine\n\n'
	local flavour
	if ! flavour=$(GOETIA_WHY=$work/why "$here/wine-setup.sh" 2>"$work/setup" </dev/null); then
		printf 'SKIPPED: no Wine here: %s\n' "$(cat "$work/why" 2>/dev/null || tail -n 1 "$work/setup")"
		return
	fi
	printf 'Wine flavour %s, %s\n' "$flavour" "$("$here/wine-exec.sh" --raw --version 2>/dev/null </dev/null || echo 'version unknown')"
	in_module bench env CGO_ENABLED=0 GOOS=windows go build -o "$work/report.exe" ./cmd/report
	"$here/wine-exec.sh" "$work/report.exe" </dev/null
}

report() {
	machine
	report_linux || failed=1
	report_windows || failed=1
	printf '\n%d s in all, load %s after\n' "$SECONDS" "$(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null)"
}

benchstat() {
	local tools
	tools=$(pinned_tools)
	local flags=(-run '^$' -bench "${BENCH:-.}" -benchmem -count "${COUNT:-5}" -timeout 30m)
	in_root go test "${flags[@]}" ./... | tee "$out"
	in_module bench go test "${flags[@]}" . | tee -a "$out"
	if [[ -n ${BASE:-} ]]; then
		"$tools/benchstat" "$BASE" "$out"
	else
		"$tools/benchstat" "$out"
	fi
}

if [[ -n ${BENCH:-}${COUNT:-}${BASE:-} ]]; then
	benchstat
else
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	report > >(tee "$out")
	wait $!
fi
say "kept in $out"
exit "$failed"
