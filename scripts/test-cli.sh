#!/usr/bin/env bash
# The tests of the command line tool, which is a module of its own.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

has_go "$REPO/cmd/goetia" || missing "cmd/goetia has no Go code"
# What needs other people's programs is test-web.sh's.
in_module cmd/goetia go test -count=1 -timeout=5m -skip '^(TestCurl|TestWrk|TestBrowser)$' ./...
