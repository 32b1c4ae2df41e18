#!/usr/bin/env bash
# Type-checks and vets the library, tests included, for every system and processor that
# it names: most of them cannot run here, and no file may rot for that. tools/vetall does it
# and not go vet, which would compile the standard library for each of them.
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

# Each processor gets a share of the list; files that were parsed once serve a whole share.
vetall=$(pinned_tools)/vetall
jobs=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
if (($# == 0)); then
	set -- "${PAIRS[@]}"
	cli=("${CLI_PAIRS[@]}")
fi
# Fetched first, or every job would do it.
in_root go mod download
rc=0
printf '%s\n' "$@" | in_root xargs -P "$jobs" -n $((($# + jobs - 1) / jobs)) "$vetall" || rc=1
if [[ -n ${cli:-} ]] && has_go "$REPO/cmd/goetia"; then
	say "the command line tool"
	in_module cmd/goetia "$vetall" "${cli[@]}" || rc=1
fi
exit "$rc"
