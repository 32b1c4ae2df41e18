#!/usr/bin/env bash
# Clients that nobody of the Go project has written (curl, wrk, a browser without a
# screen) against goetia serve and package httppark, with idle connections parked and without.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

need curl curl
need wrk wrk
need chromium chromium
GOETIA_REQUIRE=all in_module cmd/goetia go test -count=1 -timeout=5m -run '^(TestCurl|TestWrk|TestBrowser)$' ./internal/webserve
GOETIA_REQUIRE=all in_root go test -count=1 -timeout=2m -run '^TestCurl' ./httppark
