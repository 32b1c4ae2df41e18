#!/usr/bin/env bash
# The library's tests on other processors, through qemu's user mode: 32-bit and
# big-endian layouts of kernel structures, and system calls that qemu does not know,
# which show the fallbacks (io_uring is refused there).
#
#   test-arch.sh                everything on arm (32 bits) and s390x (big-endian), and on the others
#                               what depends on a processor
#   test-arch.sh GOARCH...      everything on these
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# 386 is absent: qemu 7.2 gives all threads of an i386 program one TLS segment, and Go dies
# at start. test-oldkernel.sh runs it on a real kernel.
readonly WHOLE=(arm s390x) PART=(arm64 mips ppc64le riscv64)

# test_arch GOARCH PACKAGE... prints what its tests print, in one piece. Ten minutes are the limit:
# emulation is slower by a factor of ten and more. Tests are told, since how much
# processor time something took says nothing there. Package httppark is left out: nothing in
# it depends on a processor (vet-all.sh type-checks it, test-oldkernel.sh runs it on 386), and its
# many TLS handshakes, emulated, run into the time limits that it is about.
test_arch() {
	local arch=$1 processor=$1 out rc=0 packages
	shift
	if [[ $arch == arm64 ]]; then processor=aarch64; fi
	mapfile -t packages < <(in_root go list "$@" | grep -v '/httppark$')
	out=$(in_root env GOETIA_EMULATED=1 GOOS=linux GOARCH="$arch" CGO_ENABLED=0 \
		go test -short -count=1 -timeout=10m -exec "$REPO/scripts/qemu-exec.sh $processor" "${packages[@]}" 2>&1) || rc=1
	say "linux/$arch"
	printf '%s\n' "$out"
	return "$rc"
}

if [[ ${1:-} == --one ]]; then
	if [[ $2 == *:part ]]; then
		test_arch "${2%:part}" "${KERNEL_PACKAGES[@]}"
	else
		test_arch "$2" ./...
	fi
	exit
fi
need qemu-s390x-static qemu-user-static
if (($# == 0)); then set -- "${WHOLE[@]}" "${PART[@]/%/:part}"; fi
in_root go mod download # or every job would do it
# Two at a time: the tests of one often wait.
printf '%s\n' "$@" | xargs -P 2 -n 1 "${BASH_SOURCE[0]}" --one || exit 1
