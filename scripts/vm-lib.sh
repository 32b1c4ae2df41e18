# shellcheck shell=bash
# A virtual machine of one run: Debian's kernel, an initramfs or a disk with test
# binaries, a serial console, and power off. Source it after lib.sh.

# A kernel takes a second or two to start under emulation; a test that hangs must not.
VM_TIMEOUT=${VM_TIMEOUT:-1800}

# debian_file PACKAGE fetches and unpacks a package, once, and prints the folder. Nothing
# is installed: a kernel package would rewrite this machine's boot loader.
debian_file() {
	local dir=$CACHE/debs/$1
	mkdir -p "$CACHE/debs"
	(
		flock 9
		[[ -d $dir ]] || fetch_debian "$1" "$dir"
	) 9>"$dir.lock" || return 1
	printf '%s\n' "$dir"
}

# fetch_debian PACKAGE DIR does it. Half of a package is never taken for one.
fetch_debian() {
	local package=$1 dir=$2
	have apt-get && have dpkg-deb || return 1
	rm -rf "$dir.new"
	mkdir -p "$dir.new/get"
	# apt drops its privileges to a user that may not enter this folder; harmless,
	# but it says so.
	(cd "$dir.new/get" && {
		apt-get -q download "$package" >/dev/null 2>&1 ||
			{ is_root && apt_update && quietly "apt-get download $package" apt-get -q download "$package"; }
	}) || return 1
	dpkg-deb -x "$dir.new"/get/*.deb "$dir.new/x" || return 1
	mv -T "$dir.new/x" "$dir" || return 1
	rm -rf "$dir.new"
}

# vm_kernel_package prints the name behind Debian's "current cloud kernel".
vm_kernel_package() {
	apt-cache depends linux-image-cloud-amd64 2>/dev/null |
		awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; exit }'
}

# vm_need fetches what a machine is made of and sets kernel (the image),
# or ends the script as missing.
vm_need() {
	local package kernel_dir
	need qemu-system-x86_64 qemu-system-x86 qemu-system-data
	have apt-cache || missing "no apt-get to fetch a kernel with"
	package=$(vm_kernel_package)
	if [[ -z $package ]] && is_root; then
		apt_update || true
		package=$(vm_kernel_package)
	fi
	[[ -n $package ]] || missing "no package linux-image-cloud-amd64; apt-get update as root may help"
	kernel_dir=$(debian_file "$package") || missing "$package cannot be fetched"
	kernel=$(first_kernel "$kernel_dir")
}

first_kernel() {
	local f
	for f in "$1"/boot/vmlinuz-*; do
		printf '%s\n' "$f"
		return
	done
}

# vm_root DIR lays out the beginnings of an initramfs.
vm_root() {
	local busybox
	busybox=$(debian_file busybox-static)/bin/busybox || missing "busybox-static cannot be fetched"
	mkdir -p "$1"/{bin,dev,etc,proc,sys,tmp,root}
	cp "$busybox" "$1/bin/busybox"
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$1/etc/hosts"
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$1/etc/passwd"
}

# vm_pack DIR FILE makes the initramfs. Level 1: the machine unpacks it under emulation.
vm_pack() { (cd "$1" && find . -print0 | cpio --null -o -H newc --quiet | gzip -1) >"$2"; }

# vm_boot QEMU-ARGUMENT... runs the machine and copies its console to stdout.
# The init program ends its work with the line "vm-exit CODE", which becomes the exit
# code here; a machine that dies earlier has none, and fails.
vm_boot() {
	local log rc
	log=$(mktemp)
	# Emulated also where there is hardware virtualisation: inside another virtual machine
	# that has been seen to stop the guest for good over one instruction ("KVM internal
	# error"). Wine sends its console escape sequences.
	timeout --foreground "$VM_TIMEOUT" qemu-system-x86_64 -accel tcg,thread=multi \
		-cpu "${VM_CPU:-max}" -smp 2 -m "${VM_MEMORY:-2G}" -nodefaults -display none -no-reboot -serial stdio \
		-kernel "$kernel" \
		-append "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off random.trust_cpu=on ${VM_APPEND:-}" \
		"$@" </dev/null 2>"$log.err" |
		sed -u 's/\r//g; s/\x1b\[[?0-9;]*[a-zA-Z]//g' | tee "$log" | grep --line-buffered -v '^vm-exit ' || true
	rc=$(sed -n 's/^vm-exit \([0-9]*\)$/\1/p' "$log" | tail -n 1)
	if [[ -z $rc ]]; then
		printf 'the machine ended without a result\n' >&2
		tail -n 20 "$log.err" >&2
		rc=1
	fi
	rm -f "$log" "$log.err"
	return "$rc"
}

# vm_collect DIR GOOS GOARCH [GO TEST FLAG...] PACKAGE... builds test binaries of the library into DIR.
vm_collect() {
	local dir=$1 os=$2 arch=$3 log
	shift 3
	say "building test binaries for $os/$arch"
	log=$(mktemp)
	if ! in_root env GOETIA_COLLECT="$dir" GOOS="$os" GOARCH="$arch" CGO_ENABLED=0 \
		go test -short -count=1 -exec "$REPO/scripts/collect-exec.sh" "$@" >"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

# vm_sources DIR copies the checkout: a test that reads it finds it around itself.
vm_sources() {
	mkdir -p "$1"
	(cd "$REPO" && git ls-files -co --exclude-standard -z |
		tar --null --ignore-failed-read -T - -cf - 2>/dev/null) | tar -C "$1" -xf -
}
