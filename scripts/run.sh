#!/usr/bin/env bash
# Shows the library at work: an echo server and a load generator, built from this
# checkout, first for this machine and then the Windows build of both under Wine.
#
#   run.sh [--windows]    --windows: only the Windows half, which must then succeed
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/wine-lib.sh
. "$here/wine-lib.sh"

conns=${CONNS:-1000} size=${SIZE:-64} duration=${DURATION:-3s}

has_go "$REPO/cmd/goetia" || missing "cmd/goetia has no Go code"
build=$REPO/build
mkdir -p "$build"
work=$(mktemp -d)
server=
# Only what was started here, by its number.
trap '[[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

# wait_for SECONDS COMMAND...
wait_for() {
	local i n=$(($1 * 20))
	shift
	for ((i = 0; i < n; i++)); do
		"$@" && return
		sleep 0.05
	done
	return 1
}

address() { sed -n 's/\r$//; s/^listening on \([^ ]*\).*$/\1/p' "$work/echo.out" | head -n 1; }
listening() { [[ -n $(address) ]] || ! kill -0 "$server" 2>/dev/null; }
ended() { ! kill -0 "$server" 2>/dev/null; }

# server_says prints what the server had to say, among it the mechanism that it uses.
server_says() { sed 's/\r$//; s/^/  server: /' "$work/echo.out" "$work/echo.err"; }

# failed_with TEXT says what the server has to say, and ends it.
failed_with() {
	server_says
	printf 'error: %s\n' "$1" >&2
	kill -KILL "$server" 2>/dev/null || true
	wait "$server" 2>/dev/null || true
	server=
	return 1
}

# drive LABEL GOETIA... starts the server, loads it, and asks it to end.
drive() {
	local label=$1 rc=0
	shift
	printf '\n=== %s: %s connections, %s bytes, %s\n' "$label" "$conns" "$size" "$duration"
	: >"$work/echo.out"
	# The shell starts what runs in the background with SIGINT ignored; the server is to
	# be ended by it.
	env --default-signal=INT "$@" echo --listen 127.0.0.1:0 >"$work/echo.out" 2>"$work/echo.err" </dev/null &
	server=$!
	wait_for 60 listening || true
	if [[ -z $(address) ]]; then
		failed_with 'the echo server never said where it listens'
		return
	fi
	timeout 120 "$@" load --addr "$(address)" --conns "$conns" --size "$size" --duration "$duration" </dev/null || rc=$?
	((rc == 0)) || printf 'error: goetia load: exit %d\n' "$rc" >&2

	kill -INT "$server" 2>/dev/null || true
	if ! wait_for 60 ended; then
		failed_with 'the echo server does not end on SIGINT'
		return
	fi
	local end=0
	wait "$server" || end=$?
	server=
	server_says
	if ((end != 0)); then
		printf 'error: the echo server ended with exit %d\n' "$end" >&2
		return 1
	fi
	return "$rc"
}

# build_for GOOS GOARCH FILE
build_for() { in_module cmd/goetia env GOOS="$1" GOARCH="$2" CGO_ENABLED=0 go build -o "$3" .; }

run_windows() {
	build_for windows amd64 "$build/goetia.exe" || return
	local try
	for try in 1 2 3; do
		drive "windows/amd64 under Wine flavour $1" "$REPO/scripts/wine-exec.sh" "$build/goetia.exe" && return
		if wine_server_pid "$1" >/dev/null; then return 1; fi
		say "WINE'S SERVER CRASHED during try $try: no result"
		"$here/wine-setup.sh" >/dev/null || return 1
	done
	return 1
}

failed=0
if [[ ${1:-} != --windows ]]; then
	pair=$(go env GOOS)/$(go env GOARCH)
	build_for "${pair%/*}" "${pair#*/}" "$build/goetia"
	drive "$pair" "$build/goetia" || failed=1
fi
# Sets itself up where it can; says what it lacks where it cannot.
if wine=$("$here/wine-setup.sh"); then
	run_windows "$wine" || failed=1
elif [[ ${1:-} == --windows ]]; then
	exit "$MISSING"
else
	printf '\n=== windows/amd64: not run, there is no Wine here (how to get one: see above)\n'
fi
exit "$failed"
