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
failed=0
while read -r name package; do
	say "fuzz $name for $fuzztime"
	# The minimising of inputs that are merely interesting would eat the short time.
	in_root go test -run '^$' -fuzz "^$name\$" -fuzztime "$fuzztime" -fuzzminimizetime 1x "$package" </dev/null || failed=1
done <<<"$targets"
exit "$failed"
