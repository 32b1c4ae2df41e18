#!/usr/bin/env bash
# The library's tests built for windows/amd64 and run under Wine, those of the reactor
# and of package poll once for each mechanism.
#
#   test-windows.sh [--race] [PACKAGE...]
#   test-windows.sh --cli                   the command line tool's
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/wine-lib.sh
. "$here/wine-lib.sh"

flags=(-count=1 -timeout=4m)
if [[ -n ${GOETIA_EXHAUSTIVE:-} ]]; then flags=(-count=1 -timeout=30m); fi
export GOOS=windows GOARCH=amd64 CGO_ENABLED=0
if [[ ${1:-} == --race ]]; then
	shift
	need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
	export CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc
	flags+=(-race)
fi
where=in_root
if [[ ${1:-} == --cli ]]; then
	where="in_module cmd/goetia"
	set -- ./...
fi
overlay=$("$here/wine-overlay.sh")
log=$(mktemp)
# What go test builds goes where it is removed also if go test is killed.
GOTMPDIR=$(mktemp -d)
export GOTMPDIR
tests=
# Whatever ends this script ends its tests: nobody else does, since they are a group of their own.
finish() {
	[[ -z $tests ]] || kill -KILL -- "-$tests" 2>/dev/null || true
	rm -rf "$log" "$GOTMPDIR"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Wine 10's server has been seen to abort, in one run of four, over a socket that it had
# freed already (assertions in server/fd.c and server/sock.c): after half a minute of
# WSAPoll's cases, never in a part of them alone, and in every second soak of the reactor with
# AFD. Its programs then hang without end,
# the test's own time limit included, so somebody must look. Once they were seen to hang like
# that with a server that lived: no thread of theirs got an answer any more, Go's timers
# among them. A test that hangs by itself ends at its limit with a stack of each goroutine, and that
# is a failure; one that "go test" has to kill a minute later has shown nothing.
readonly SERVER_DIED=70 PROGRAM_HUNG=71
run_tests() {
	local rc=0
	set -m # a process group of its own, to be ended whole
	# shellcheck disable=SC2086 # a command with its argument
	$where go test "${flags[@]}" -overlay "$overlay" -exec "$REPO/scripts/wine-exec.sh" "$@" </dev/null >"$log" &
	tests=$!
	set +m
	while kill -0 "$tests" 2>/dev/null; do
		if ! wine_server_pid "$wine" >/dev/null; then
			kill -KILL -- "-$tests" 2>/dev/null || true
			wait "$tests" 2>/dev/null || true
			tests=
			return "$SERVER_DIED"
		fi
		sleep 1
	done
	wait "$tests" || rc=$?
	tests=
	# A server that has died since takes along programs that do not hang.
	if ((rc)) && ! wine_server_pid "$wine" >/dev/null; then return "$SERVER_DIED"; fi
	if ((rc)) && ! grep -q -e '^--- FAIL' -e '^panic: ' "$log" && grep -q 'Test killed with quit: ran too long' "$log"; then
		return "$PROGRAM_HUNG"
	fi
	return "$rc"
}

try_tests() {
	local try rc i
	for try in 1 2 3 4 5 6 7 8; do
		wine=$("$here/wine-setup.sh") || exit
		say "Wine flavour $wine"
		rc=0
		run_tests "$@" || rc=$?
		cat "$log"
		case $rc in
		"$SERVER_DIED")
			say "WINE'S SERVER CRASHED during try $try: no result. It said:"
			tail -n 3 "$(wine_dir "$wine")/server.log" >&2 || true
			;;
		"$PROGRAM_HUNG")
			say "A PROGRAM HUNG IN WINE during try $try, past its own time limit: no result."
			# The server has lost count of its programs, and takes them along.
			kill "$(wine_server_pid "$wine")" 2>/dev/null || true
			for ((i = 0; i < 100; i++)); do
				wine_server_pid "$wine" >/dev/null || break
				sleep 0.1
			done
			;;
		*) return "$rc" ;;
		esac
	done
	return 1
}

if (($# > 0)); then
	try_tests "$@"
	exit
fi
if [[ " ${flags[*]} " != *" -race "* ]]; then
	for mechanism in afd wsapoll; do
		say "a hundred thousand sources deleted while in flight with $mechanism"
		GOETIA_EXHAUSTIVE=1 GOETIA_MECHANISM=$mechanism try_tests -v -run '^TestConformance$/^.*$/^delete-in-flight$' ./poll
	done
fi
mapfile -t rest < <(in_root go list ./... | grep -v -e '/poll$' -e '/goetia$' -e '/aio$')
try_tests "${rest[@]}"
for mechanism in afd wsapoll; do
	say "the reactor and packages poll and aio with $mechanism"
	# One by one: the more sockets are alive, the likelier Wine's server is to crash, and then
	# only one package has to be tried again.
	for package in . ./poll ./aio; do
		GOETIA_MECHANISM=$mechanism try_tests "$package"
	done
done
