#!/usr/bin/env bash
# Formatting, vet and staticcheck for all modules; staticcheck for the library also as
# other systems see it, since most of its files are invisible to Linux.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# One system for each set of files; the others differ in calls that vet-all.sh checks.
readonly SYSTEMS=(linux windows darwin freebsd solaris aix js)

tools=$(pinned_tools)
failed=0

# step LABEL COMMAND... goes on after a failure: one run should show all there is to mend.
step() {
	local label=$1
	shift
	say "$label"
	"$@" || failed=1
}

formatted() {
	local out
	out=$(cd "$REPO" && "$tools/gofumpt" -l .) || return 1
	[[ -z $out ]] && return
	printf 'not formatted (gofumpt -w FILE):\n%s\n' "$out" >&2
	return 1
}

step gofumpt formatted
if has_go "$REPO/poll"; then
	step "go vet" in_root go vet ./...
	for os in "${SYSTEMS[@]}"; do
		arch=amd64
		case $os in aix) arch=ppc64 ;; js) arch=wasm ;; esac
		step "staticcheck $os" in_root env GOOS="$os" GOARCH="$arch" CGO_ENABLED=0 "$tools/staticcheck" ./...
	done
fi
for module in cmd/goetia bench; do
	has_go "$REPO/$module" || continue
	step "go vet $module" in_module "$module" go vet ./...
	step "staticcheck $module" in_module "$module" "$tools/staticcheck" ./...
done
if have shellcheck || apt_install shellcheck; then
	step shellcheck bash -c 'cd "$1" && shellcheck -x scripts/*.sh .ci/run' bash "$REPO"
fi
exit "$failed"
