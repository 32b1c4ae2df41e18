#!/usr/bin/env bash
# Runs a program of another processor through qemu's user mode; for "go test -exec".
#
#   qemu-exec.sh aarch64 PROGRAM [ARG...]
#
# A test that starts its own binary once more must find the kernel willing to run it. So
# qemu is registered for that format, in a user namespace of this run alone: nothing
# changes for the machine. Kernels before 6.7 have one register for all; there the
# program is started by hand, and starts no other.
set -euo pipefail

processor=$1
shift
rule=/usr/lib/binfmt.d/qemu-$processor.conf
namespace=(unshare --user --map-root-user --mount)
register='mount -t binfmt_misc none /proc/sys/fs/binfmt_misc && cat "$1" >/proc/sys/fs/binfmt_misc/register'
if [[ -f $rule ]] && "${namespace[@]}" sh -c "$register" sh "$rule" 2>/dev/null; then
	exec "${namespace[@]}" sh -c "$register"' && shift && exec "$@"' sh "$rule" "$@"
fi
exec "qemu-$processor-static" "$@"
