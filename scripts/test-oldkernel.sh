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

vm_need
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
vm_root "$root"

# The sources go in as well: a test that reads the checkout finds it around itself.
mkdir -p "$root/src"
(cd "$REPO" && git ls-files -co --exclude-standard -z | tar --null --ignore-failed-read -T - -cf - 2>/dev/null) |
	tar -C "$root/src" -xf -

for arch in amd64 386; do
	say "building test binaries for linux/$arch"
	in_root env GOETIA_COLLECT="$root/src.$arch" GOOS=linux GOARCH="$arch" CGO_ENABLED=0 \
		go test -short -count=1 -exec "$REPO/scripts/collect-exec.sh" ./... >"$work/build.log" 2>&1 || {
		cat "$work/build.log" >&2
		exit 1
	}
done

cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
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
for arch in amd64 386; do
	for test in $(cd /src.$arch && find . -name pkg.test | sort); do
		package=$(dirname "$test")
		cd "/src/$package" || { failed=1; continue; }
		if timeout 240 "/src.$arch/$test" -test.short -test.timeout=200s >/tmp/out 2>&1; then
			echo "ok   linux/$arch $package"
		else
			cat /tmp/out
			echo "FAIL linux/$arch $package"
			failed=1
		fi
	done
done
echo "vm-exit $failed"
poweroff -f
INIT
chmod +x "$root/init"
vm_pack "$root" "$work/initramfs.gz"
vm_boot "$work/initramfs.gz"
