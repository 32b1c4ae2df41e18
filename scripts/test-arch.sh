#!/usr/bin/env bash
# The library's tests on other processors, through qemu's user mode: 32-bit and
# big-endian layouts of kernel structures, and system calls that qemu does not know,
# which show the fallbacks (io_uring is refused there).
#
#   test-arch.sh [GOARCH...]
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# 386 is absent: qemu 7.2 gives all threads of an i386 program one TLS segment, and Go dies
# at start. test-oldkernel.sh runs it on a real kernel.
readonly ALL=(arm arm64 mips ppc64le riscv64 s390x)

need qemu-s390x-static qemu-user-static
if (($# == 0)); then set -- "${ALL[@]}"; fi
failed=0
for arch; do
	say "linux/$arch"
	case $arch in
	arm64) processor=aarch64 ;;
	*) processor=$arch ;;
	esac
	# A timeout of ten minutes: emulation is slower by a factor of ten and more. Tests are
	# told, since how much processor time something took says nothing there.
	in_root env GOETIA_EMULATED=1 GOOS=linux GOARCH="$arch" CGO_ENABLED=0 \
		go test -short -count=1 -timeout=10m -exec "$REPO/scripts/qemu-exec.sh $processor" ./... || failed=1
done
exit "$failed"
