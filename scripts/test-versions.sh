#!/usr/bin/env bash
# Package httppark with each Go version that the module supports: it rests on what net/http
# does and nowhere promises. Versions other than the one that is installed come from
# the module proxy, where there is one; where there is none, or it lacks them, only the
# installed one is tested, and that is said.
#
#   test-versions.sh [VERSION...]     such as go1.27.3
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# The last release of each minor version that is not older than go.mod's.
versions=(go1.27.3)
if (($# > 0)); then versions=("$@"); fi

absent=()
test_with() {
	say "package httppark with $1"
	in_root env GOTOOLCHAIN="$1" go test -count=1 -timeout=5m ./httppark
}
test_with local
for version in "${versions[@]}"; do
	if again env GOTOOLCHAIN="$version" timeout 300 go version >/dev/null 2>&1; then
		test_with "$version"
	else
		absent+=("$version")
	fi
done
if ((${#absent[@]})); then
	missing "tested with $(go env GOVERSION) only: the module proxy has no ${absent[*]}"
fi
