#!/usr/bin/env bash
# Type-checks and vets the library, tests included, for every system and processor that
# it names: most of them cannot run here, and no file may rot for that.
#
#   vet-all.sh [GOOS/GOARCH...]
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# ios is absent: Go demands cgo there, and with it Apple's compiler.
readonly PAIRS=(
	linux/{386,amd64,arm,arm64,loong64,mips,mips64le,ppc64,ppc64le,riscv64,s390x}
	android/arm64
	windows/{386,amd64,arm64}
	freebsd/{386,amd64,arm64} netbsd/amd64 openbsd/amd64 dragonfly/amd64
	darwin/{amd64,arm64}
	solaris/amd64 illumos/amd64 aix/ppc64
	wasip1/wasm js/wasm plan9/amd64
)
# The command line tool is meant for fewer.
readonly CLI_PAIRS=(windows/amd64 darwin/arm64 freebsd/amd64)

# Nearly all the time goes into compiling the standard library once for each pair; what
# test-arch.sh and staticcheck compile is shared. Each processor gets a pair of its own:
# one build alone seldom keeps two busy.
export CGO_ENABLED=0 GOFLAGS=-p=1
jobs=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)

# vet_pair GOOS/GOARCH prints one line, or what is wrong.
vet_pair() {
	local pair=$1 out rc=0
	out=$(in_root env GOOS="${pair%/*}" GOARCH="${pair#*/}" go vet ./... 2>&1) || rc=1
	if [[ " ${CLI_PAIRS[*]} " == *" $pair "* ]] && has_go "$REPO/cmd/goetia"; then
		out+=$(in_module cmd/goetia env GOOS="${pair%/*}" GOARCH="${pair#*/}" go vet ./... 2>&1) || rc=1
	fi
	if ((rc)); then
		printf 'FAIL  vet %s\n%s\n' "$pair" "$out"
	else
		printf 'ok    vet %s\n' "$pair"
	fi
	return "$rc"
}

if [[ ${1:-} == --pair ]]; then
	vet_pair "$2"
	exit
fi
if (($# == 0)); then set -- "${PAIRS[@]}"; fi
# Fetched first, or every job would do it.
in_root go mod download
printf '%s\n' "$@" | xargs -P "$jobs" -n 1 "${BASH_SOURCE[0]}" --pair || exit 1
