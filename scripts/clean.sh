#!/usr/bin/env bash
# Removes what builds left in the checkout; with --cache also what was fetched and kept
# outside it (Wine, kernels, tools), which takes minutes to get again.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

rm -rf "$REPO/build"
if [[ ${1:-} == --cache ]]; then
	"$here/wine-stop.sh"
	for flavour in system 10 8; do
		if kill -0 "$(cat "$CACHE/wine-$flavour/server.pid" 2>/dev/null || echo none)" 2>/dev/null; then
			die "Wine is in use; nothing removed from $CACHE"
		fi
	done
	rm -rf "$CACHE"
fi
