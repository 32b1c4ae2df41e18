#!/usr/bin/env bash
# Formatting, vet and staticcheck for all modules; staticcheck for the library also as
# other systems see it, since most of its files are invisible to Linux.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# One system for each set of files; the others differ in calls that vet-all.sh checks.
# A matrix and not seven runs: what carries no build tag but serves one mechanism is
# unused on all other systems, which is a finding only where no system uses it.
readonly MATRIX='linux: GOOS=linux GOARCH=amd64
windows: GOOS=windows GOARCH=amd64
darwin: GOOS=darwin GOARCH=amd64
freebsd: GOOS=freebsd GOARCH=amd64
solaris: GOOS=solaris GOARCH=amd64
aix: GOOS=aix GOARCH=ppc64
js: GOOS=js GOARCH=wasm'

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

static_matrix() { CGO_ENABLED=0 "$tools/staticcheck" -matrix ./... <<<"$MATRIX"; }

step gofumpt formatted
if has_go "$REPO/poll"; then
	step "go vet" in_root go vet ./...
	step "staticcheck, seven systems" in_root static_matrix
fi
for module in cmd/goetia bench prometheus examples tools; do
	has_go "$REPO/$module" || continue
	step "go vet $module" in_module "$module" go vet ./...
	step "staticcheck $module" in_module "$module" "$tools/staticcheck" ./...
done
if have shellcheck || apt_install shellcheck; then
	step shellcheck bash -c 'cd "$1" && shellcheck -x scripts/*.sh .ci/run' bash "$REPO"
fi
exit "$failed"
