#!/usr/bin/env bash
# Runs every check there is and sums up.
#
#   test.sh                 everything, in two lanes side by side
#   test.sh STAGE...        only these, one after the other
#   GOETIA_LANES=1          everything, one after the other
#   GOETIA_REQUIRE=all      a stage that this machine cannot run is a failure, but for
#                           those that depend on what nobody promises to be there
#
# A stage is a script of its own and goes on where another failed. Its exit code says
# passed (0), MISSING (77: this machine cannot do that) or FAILED (any other). One that has
# failed beside others, or was absent and must not be, is run once more, alone: if it passes then the
# table says UNSTEADY, which is no failure, and is to be looked into all the same.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# Cheap and telling ones first, and of the others the longest before those that fill the time
# until the other lane has ended, too. Those that need Wine
# share its server, so they are in one lane and it is theirs before anything else.
readonly STAGES=(lint linux nobody race cli web prometheus examples versions vet-all oldkernel arch fuzz libkqueue)
readonly WINE_STAGES=(windows windows-race run cli-windows)
# What only computes fills the gaps that tests leave, which wait much: it gives way.
readonly COMPUTING=' lint vet-all arch fuzz '
# Not to be had everywhere, and no failure where it is not.
readonly OPTIONAL=' libkqueue versions '

stage_command() {
	case $1 in
	setup) echo setup.sh ;;
	lint | vet-all | fuzz) echo "$1.sh" ;;
	linux) echo test-linux.sh ;;
	race) echo test-linux.sh --race ;;
	windows-race) echo test-windows.sh --race ;;
	cli-windows) echo test-windows.sh --cli ;;
	# Shorter than for a person: here only whether it works is of interest.
	run) echo env DURATION=1s run.sh ;;
	*) echo "test-$1.sh" ;;
	esac
}

work=$(mktemp -d)
second=
# Whatever happens, neither the other lane nor a Wine of ours stays behind (unless somebody
# else uses that).
finish() {
	[[ -z $second ]] || kill -TERM -- "-$second" 2>/dev/null || true
	"$here/wine-stop.sh" || true
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# run_stage NAME runs one and keeps its exit code, its seconds and its reason in $work/NAME.
run_stage() {
	local name=$1 rc=0 began=$SECONDS command i
	read -ra command <<<"$(stage_command "$name")"
	for ((i = 0; i < ${#command[@]}; i++)); do
		if [[ ${command[i]} == *.sh ]]; then command[i]=$here/${command[i]}; fi
	done
	if [[ $COMPUTING == *" $name "* ]]; then command=(nice "${command[@]}"); fi
	mkdir -p "$work/$name"
	GOETIA_WHY=$work/$name/why "${command[@]}" </dev/null || rc=$?
	printf '%d %d\n' "$rc" "$((SECONDS - began))" >"$work/$name/result"
}

aloud() {
	printf '\n######## %s\n' "$1"
	run_stage "$1"
}

# beside NAME runs one and prints what it had to say when it has ended, in one piece.
beside() {
	local name=$1
	printf '######## %s has begun\n' "$name"
	mkdir -p "$work/$name"
	run_stage "$name" >"$work/$name/out" 2>&1
	(
		flock 9
		printf '\n######## %s, after %d s\n' "$name" "$SECONDS"
		cat "$work/$name/out"
	) 9>"$work/printing"
}

# next takes the first stage out of the queue and prints it.
next() {
	(
		flock 9
		head -n 1 "$work/queue"
		sed -i 1d "$work/queue"
	) 9>"$work/taking"
}

# may_be_absent NAME: that this machine cannot run it is no failure.
may_be_absent() { [[ ${GOETIA_REQUIRE:-} != all || $OPTIONAL == *" $1 "* ]]; }

# lane runs stages until the queue is empty.
lane() {
	local name
	while name=$(next) && [[ -n $name ]]; do beside "$name"; done
}

if (($# > 0)); then
	stages=("$@")
	for stage; do aloud "$stage"; done
else
	stages=(setup "${STAGES[@]}" "${WINE_STAGES[@]}")
	aloud setup
	if [[ ${GOETIA_LANES:-2} == 1 ]]; then
		for stage in "${STAGES[@]}" "${WINE_STAGES[@]}"; do aloud "$stage"; done
	else
		printf '%s\n' "${STAGES[@]}" >"$work/queue"
		set -m # a process group of its own, to be ended whole
		lane &
		second=$!
		set +m
		for stage in "${WINE_STAGES[@]}"; do beside "$stage"; done
		lane
		wait "$second" || true
		second=
		for stage in "${STAGES[@]}" "${WINE_STAGES[@]}"; do
			rc=1
			read -r rc _ <"$work/$stage/result" || true
			if ((rc == 0)) || { ((rc == MISSING)) && may_be_absent "$stage"; }; then continue; fi
			printf '%s\n' "$rc" >"$work/$stage/first"
			aloud "$stage"
		done
	fi
fi

names=() results=() seconds=() reasons=()
for stage in "${stages[@]}"; do
	names+=("$stage")
	rc=1 took=0
	read -r rc took <"$work/$stage/result" || true
	seconds+=("$took")
	case $rc in
	0) if [[ -f $work/$stage/first ]]; then
		results+=(UNSTEADY) reasons+=("failed beside others, exit $(<"$work/$stage/first"), see above; passed alone")
	else
		results+=(passed) reasons+=('')
	fi ;;
	"$MISSING") results+=(MISSING) reasons+=("$(cat "$work/$stage/why" 2>/dev/null || echo 'it does not say why')") ;;
	*) results+=(FAILED) reasons+=("exit $rc, see above") ;;
	esac
done

passed=0 failed=0 absent=0 optional=0 unsteady=0
printf '\n################################################################\n'
printf '%-14s %-8s %8s  %s\n' stage result seconds why
for ((i = 0; i < ${#names[@]}; i++)); do
	printf '%-14s %-8s %8d  %s\n' "${names[i]}" "${results[i]}" "${seconds[i]}" "${reasons[i]}"
	case ${results[i]} in
	passed) passed=$((passed + 1)) ;;
	UNSTEADY) passed=$((passed + 1)) unsteady=$((unsteady + 1)) ;;
	MISSING) if may_be_absent "${names[i]}"; then optional=$((optional + 1)); else absent=$((absent + 1)); fi ;;
	*) failed=$((failed + 1)) ;;
	esac
done
printf '################################################################\n'
if ((absent)); then
	printf 'MISSING counts as failed here: GOETIA_REQUIRE=all\n'
	failed=$((failed + absent)) absent=0
fi
absent=$((absent + optional))
if ((absent)); then
	printf 'NOT EVERYTHING RAN: %d stage(s) MISSING on this machine\n' "$absent"
fi
if ((unsteady)); then
	printf '%d stage(s) UNSTEADY: what failed at first is a defect, of the test at least\n' "$unsteady"
fi
printf '%d s in all\n' "$SECONDS"
printf 'stages: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$absent"
((failed == 0))
