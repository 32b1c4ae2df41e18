#!/usr/bin/env bash
# The library's tests built for windows/amd64 and run under Wine.
#
#   test-windows.sh [--race] [PACKAGE...]
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

flags=(-count=1 -timeout=5m)
export GOOS=windows GOARCH=amd64 CGO_ENABLED=0
if [[ ${1:-} == --race ]]; then
	shift
	need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
	export CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc
	flags+=(-race)
fi
wine=$("$here/wine-setup.sh") || exit
say "Wine flavour $wine"
if (($# == 0)); then set -- ./...; fi
in_root go test "${flags[@]}" -overlay "$("$here/wine-overlay.sh")" -exec "$REPO/scripts/wine-exec.sh" "$@"
