#!/usr/bin/env bash
# The tests of the examples, which are a module of their own.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

has_go "$REPO/examples" || missing "examples has no Go code"
in_module examples go test -count=1 -timeout=5m ./...
