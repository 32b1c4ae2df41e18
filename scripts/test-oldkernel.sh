#!/usr/bin/env bash
# The library's tests on an older Linux: Debian 12's kernel (6.1), in a virtual machine.
# It lacks what later kernels have (io_uring without a submission array, waiting with
# an epoll timeout there), so the probes must answer no and the fallbacks must work.
# linux/386 binaries are run too: that kernel takes them, where others are built without.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/vm-lib.sh
. "$here/vm-lib.sh"

need cpio cpio
vm_need
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
vm_root "$root"

vm_sources "$root/src"
vm_collect "$root/src.amd64" linux amd64 ./...
vm_collect "$root/src.386" linux 386 "${KERNEL_PACKAGES[@]}"

cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
# Says to tests that processor time means nothing here.
export GOETIA_EMULATED=1
# Models of other systems' kernels say the same here as elsewhere.
export GOETIA_SIMULATED=no
export PATH=/bin HOME=/root TMPDIR=/tmp USER=root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
ln -sf /proc/self/fd /dev/fd
ip link set lo up
ulimit -n 20000
echo "kernel $(uname -r)"
failed=0
cd /src
for arch in amd64 386; do
	LABEL="linux/$arch " sh scripts/run-collected.sh /src.$arch -test.short || failed=1
done
echo "vm-exit $failed"
poweroff -f
INIT
chmod +x "$root/init"
vm_pack "$root" "$work/initramfs.gz"
vm_boot -initrd "$work/initramfs.gz"
