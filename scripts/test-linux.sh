#!/usr/bin/env bash
# The library's tests on this machine.
#
#   test-linux.sh [--race] [PACKAGE...]
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

flags=(-count=1 -timeout=5m)
if [[ ${1:-} == --race ]]; then
	shift
	need gcc gcc libc6-dev
	export CGO_ENABLED=1
	flags+=(-race)
fi
if (($# == 0)); then set -- ./...; fi
in_root go test "${flags[@]}" "$@"
