#!/usr/bin/env bash
# Keeps a test binary instead of running it; for "go test -exec", which builds all
# packages at once and starts each in its package's folder. The binary lands at the same
# place below GOETIA_COLLECT as its package has in the checkout, under the name pkg.test
# (pkg.test.exe for Windows).
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

where=${PWD#"$REPO"}
mkdir -p "$GOETIA_COLLECT$where"
suffix=
if [[ $1 == *.exe ]]; then suffix=.exe; fi
cp "$1" "$GOETIA_COLLECT$where/pkg.test$suffix"
