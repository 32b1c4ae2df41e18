#!/usr/bin/env bash
# The library's tests built for windows/386 and run under a 32-bit Wine. Many kernels
# refuse 32-bit programs, so this happens in a virtual machine: a Debian 13 folder with
# wine32, made into a disk once, started with Debian's kernel. Some minutes the
# first time and 1 GB in the cache, hence not part of the default run.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/vm-lib.sh
. "$here/vm-lib.sh"

is_root || missing "only root can build the machine's disk"
vm_need
need mke2fs e2fsprogs

export VM_TIMEOUT=1500 VM_MEMORY=3G
# Without these two bits of the emulated processor: each of Wine's many crossings
# between user and kernel is cheaper to emulate.
export VM_CPU=max,-smap,-smep
export VM_APPEND="root=/dev/nvme0n1 rw init=/goetia-init vm.overcommit_memory=1"

base=$CACHE/vm-wine32
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# disk DIR FILE SIZE makes an ext4 image of a folder.
disk() { quietly mke2fs mke2fs -q -t ext4 -O ^has_journal -d "$1" -F "$2" "$3"; }

# boot_with BASE-DRIVE-OPTIONS FOLDER starts the machine with the folder as a second disk;
# its program "run" is what the machine does.
boot_with() {
	disk "$2" "$work/job.img" "$(($(du -sm "$2" | cut -f1) * 13 / 10 + 64))M"
	vm_boot \
		-drive "file=$base/disk.img,format=raw,if=none,id=d0,$1" -device nvme,serial=d0,drive=d0 \
		-drive "file=$work/job.img,format=raw,if=none,id=d1" -device nvme,serial=d1,drive=d1
}

build_disk() {
	local root=$base/root
	mkdir -p "$base"
	rm -rf "$root"
	debian_folder "$root" amd64,i386 wine,wine32:i386,iproute2,mount ||
		missing "the Debian folder with wine32 cannot be built"
	rm -rf "$root"/usr/share/{doc,man,locale}
	mkdir -p "$root/job"
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
	cat >"$root/goetia-init" <<'INIT'
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root TMPDIR=/tmp
export WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' WINEARCH=win32 WINEPREFIX=/root/prefix
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/shm
mount -t tmpfs shm /dev/shm
mount -t tmpfs tmp /tmp
ip link set lo up
ulimit -n 20000
mount /dev/nvme1n1 /job
# Debian's Wine keeps its server's socket there; its way of doing without is broken in
# the 32-bit loader ("free(): invalid pointer").
mkdir -p /run/user/0
mkdir -p "$WINEPREFIX"
# The server first and apart, as everywhere: Wine's services must not hold the console.
for server in /usr/lib/wine/wineserver32 /usr/lib/wine/wineserver; do [ -x $server ] && break; done
setsid $server -p >/dev/null 2>&1 </dev/null
export WINE=/usr/lib/wine/wine WINESERVER=$server
cd /
/job/run
echo "vm-exit $?"
sync
mount -o remount,ro / 2>/dev/null
echo o >/proc/sysrq-trigger
sleep 60
INIT
	chmod +x "$root/goetia-init"
	disk "$root" "$base/disk.img" 2500M
	rm -rf "$root"

	say "making the Wine prefix in the machine (some minutes)"
	mkdir -p "$work/prefix"
	cat >"$work/prefix/run" <<'RUN'
#!/bin/sh
timeout 1200 "$WINE" wineboot -u >/tmp/out 2>&1 </dev/null || { cat /tmp/out; exit 1; }
"$WINESERVER" -k
timeout 60 "$WINESERVER" -w
ls /root/prefix/system.reg
RUN
	chmod +x "$work/prefix/run"
	boot_with cache=unsafe "$work/prefix"
}

mkdir -p "$base"
exec 9>"$base/lock"
flock 9
if [[ ! -f $base/made ]]; then
	build_disk
	touch "$base/made"
fi

job=$work/job
vm_sources "$job/src"
vm_collect "$job/bin" windows 386 -overlay "$("$here/wine-overlay.sh")" ./...
cat >"$job/run" <<'RUN'
#!/bin/sh
echo "Wine $("$WINE" --version), kernel $(uname -r)"
timeout 300 "$WINE" wineboot -i >/dev/null 2>&1 </dev/null
cd /job/src
# Says to tests that processor time means nothing here.
export GOETIA_EMULATED=1
RUNNER=$WINE LABEL="windows/386 " sh scripts/run-collected.sh /job/bin -test.short
RUN
chmod +x "$job/run"
# The disk stays as it is: what a run writes is forgotten.
boot_with snapshot=on "$job"
