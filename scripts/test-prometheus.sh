#!/usr/bin/env bash
# The tests of the Prometheus collector, which is a module of its own.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

has_go "$REPO/prometheus" || missing "prometheus has no Go code"
in_module prometheus go test -count=1 -timeout=5m ./...
