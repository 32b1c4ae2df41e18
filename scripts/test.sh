#!/usr/bin/env bash
# Runs every check there is, one stage after the other, and sums up.
#
#   test.sh [STAGE...]      only these
#   GOETIA_REQUIRE=all      a stage that this machine cannot run is a failure, but for
#                           those that depend on what nobody promises to be there
#
# A stage is a script of its own and goes on where another failed. Its exit code says
# passed (0), MISSING (77: this machine cannot do that) or FAILED (any other).
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# Cheap and telling ones first; those with a virtual machine last.
readonly STAGES=(setup lint linux nobody race cli web prometheus examples versions windows windows-race run libkqueue arch oldkernel fuzz vet-all)
# Not to be had everywhere, and no failure where it is not.
readonly OPTIONAL=' libkqueue versions '

stage_command() {
	case $1 in
	setup) echo setup.sh ;;
	lint | vet-all | fuzz) echo "$1.sh" ;;
	linux) echo test-linux.sh ;;
	race) echo test-linux.sh --race ;;
	windows-race) echo test-windows.sh --race ;;
	# Shorter than for a person: here only whether it works is of interest.
	run) echo env DURATION=1s run.sh ;;
	*) echo "test-$1.sh" ;;
	esac
}

names=() results=() seconds=() reasons=()

run_stage() {
	local name=$1 rc=0 began=$SECONDS why command
	read -ra command <<<"$(stage_command "$name")"
	for ((i = 0; i < ${#command[@]}; i++)); do
		if [[ ${command[i]} == *.sh ]]; then command[i]=$here/${command[i]}; fi
	done
	printf '\n######## %s\n' "$name"
	why=$(mktemp)
	GOETIA_WHY=$why "${command[@]}" </dev/null || rc=$?
	names+=("$name")
	seconds+=($((SECONDS - began)))
	case $rc in
	0) results+=(passed) reasons+=('') ;;
	"$MISSING") results+=(MISSING) reasons+=("$(cat "$why")") ;;
	*) results+=(FAILED) reasons+=("exit $rc, see above") ;;
	esac
	rm -f "$why"
}

if (($# == 0)); then set -- "${STAGES[@]}"; fi
# Whatever happens, no Wine of ours stays behind (unless somebody else uses it).
trap '"$here/wine-stop.sh" || true' EXIT
for stage; do run_stage "$stage"; done

passed=0 failed=0 absent=0 optional=0
printf '\n################################################################\n'
printf '%-14s %-8s %8s  %s\n' stage result seconds why
for ((i = 0; i < ${#names[@]}; i++)); do
	printf '%-14s %-8s %8d  %s\n' "${names[i]}" "${results[i]}" "${seconds[i]}" "${reasons[i]}"
	case ${results[i]} in
	passed) passed=$((passed + 1)) ;;
	MISSING) if [[ $OPTIONAL == *" ${names[i]} "* ]]; then optional=$((optional + 1)); else absent=$((absent + 1)); fi ;;
	*) failed=$((failed + 1)) ;;
	esac
done
printf '################################################################\n'
if ((absent)) && [[ ${GOETIA_REQUIRE:-} == all ]]; then
	printf 'MISSING counts as failed here: GOETIA_REQUIRE=all\n'
	failed=$((failed + absent)) absent=0
fi
absent=$((absent + optional))
if ((absent)); then
	printf 'NOT EVERYTHING RAN: %d stage(s) MISSING on this machine\n' "$absent"
fi
printf '%d s in all\n' "$SECONDS"
printf 'stages: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$absent"
((failed == 0))
