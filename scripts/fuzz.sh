#!/usr/bin/env bash
# Runs every fuzz target for a short while: a smoke test of the targets and of what
# they guard, not a search. FUZZTIME=10m for a search.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

fuzztime=${FUZZTIME:-3s}
# "go test -list" prints the names of a package and then a line with its path. Asked of
# Go and not grepped, so that targets of other systems are left out.
list=$(in_root go test -list '^Fuzz' ./...)
targets=$(awk '/^Fuzz/ { names[n++] = $1 }
	/^ok/ { for (i = 0; i < n; i++) print names[i], $2; n = 0 }' <<<"$list")
[[ -n $targets ]] || missing "the library has no fuzz target yet"
# fuzz NAME PACKAGE. Before 1.27 Go sometimes reports the end of the time itself as a failure, of a worker that
# was busy at that moment ("context deadline exceeded" and no failing input, golang.org/issue/75804): that has shown
# nothing, and is tried again, twice at most.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
fuzz() {
	local try rc
	for try in 1 2 3; do
		say "fuzz $1 for $fuzztime"
		rc=0
		# The minimising of inputs that are merely interesting would eat the short time.
		in_root go test -run '^$' -fuzz "^$1\$" -fuzztime "$fuzztime" -fuzzminimizetime 1x "$2" </dev/null >"$log" 2>&1 || rc=$?
		cat "$log"
		if ((rc == 0)) || grep -q 'Failing input' "$log" || ! grep -q '^    context deadline exceeded$' "$log"; then
			return "$rc"
		fi
		say "try $try ended with its time, and not with a result"
	done
	return 1
}

failed=0
while read -r name package; do
	fuzz "$name" "$package" || failed=1
done <<<"$targets"
exit "$failed"
