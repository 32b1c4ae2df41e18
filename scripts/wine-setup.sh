#!/usr/bin/env bash
# Makes a Wine ready: installed, its prefix made, its server running. Prints the flavour.
# Quick (0.1 s) where all that is done already, and safe when several start at once.
#
#   GOETIA_WINE=8|10|system   force one flavour; otherwise see wine-lib.sh
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/wine-lib.sh
. "$here/wine-lib.sh"

# A Wine server ends by itself so many seconds after its last program. Long enough to
# stay up between two runs of "go test", short enough to leave nothing behind for good.
readonly LINGER=600

install_system() {
	local major
	major=$(system_wine_major) || return 1
	((major >= 9))
}

install_8() {
	local major
	if ! major=$(system_wine_major); then
		apt_install wine64 wine || return 1
		major=$(system_wine_major) || return 1
	fi
	((major == 8)) || return 1
	have x86_64-w64-mingw32-gcc || apt_install gcc-mingw-w64-x86-64
}

install_10() {
	local dir
	dir=$(wine_dir 10)
	[[ -x $dir/root/usr/lib/wine/wine64 ]] || debian_folder "$dir/root" amd64 wine64,wine
}

# Wine 8 has no bcryptprimitives.dll, whose ProcessPrng Go's runtime loads at start.
build_prng_shim() {
	local out=$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll src
	[[ -f $out ]] && return
	src=$(mktemp --suffix=.c)
	cat >"$src" <<'C'
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length); /* RtlGenRandom */

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
	while (length > 0) {
		ULONG part = length > 0x10000000 ? 0x10000000 : (ULONG)length;
		if (!SystemFunction036(data, part))
			return FALSE;
		data += part;
		length -= part;
	}
	return TRUE;
}
C
	x86_64-w64-mingw32-gcc -O2 -shared -s -o "$out.new" "$src" -ladvapi32
	mv "$out.new" "$out"
	rm -f "$src"
}

# Every directory of the host that is not part of the other system is seen inside under
# its own name, so that the checkout, Go's caches and temporary files have one path on
# both sides. The mounts live in a namespace of their own, which the server keeps: they
# go when it goes, and removing the cache can never reach through them into the host.
start_server_10() {
	local root=$1
	cp -fL /etc/hosts /etc/resolv.conf "$root/etc/" 2>/dev/null || true
	setsid unshare --mount --propagation slave bash -euc '
		root=$1; shift
		for d in /*/ /usr/local/; do
			d=${d%/}
			case $d in
			/bin | /boot | /etc | /lib* | /sbin | /usr | /lost+found) continue ;;
			esac
			[[ -L $d ]] && continue
			mkdir -p "$root$d"
			mount --rbind "$d" "$root$d"
		done
		exec chroot "$root" "$@"
	' bash "$root" /usr/lib/wine/wineserver64 -f -p"$LINGER" >"$dir/server.log" 2>&1 </dev/null 8>&- 9>&- &
	echo $! >"$dir/server.pid.new"
}

# The server must not be started by the first program: Wine's services would inherit
# that program's stdout, and whoever reads it from a pipe would never see its end.
# Here they inherit /dev/null, and neither do they keep our lock (9) or apt's (8).
start_server() {
	local flavour=$1 boot=-u server i
	rm -f "$dir/server.pid"
	mkdir -p "$WINEPREFIX"
	if [[ $flavour == 10 ]]; then
		start_server_10 "$dir/root"
	else
		setsid "$(wine_server)" -f -p"$LINGER" >"$dir/server.log" 2>&1 </dev/null 8>&- 9>&- &
		echo $! >"$dir/server.pid.new"
	fi
	server=$(<"$dir/server.pid.new")
	# Until unshare, chroot and the server have taken each other's place.
	for ((i = 0; i < 600; i++)); do
		mv "$dir/server.pid.new" "$dir/server.pid"
		wine_server_pid "$flavour" >/dev/null && break
		mv "$dir/server.pid" "$dir/server.pid.new"
		kill -0 "$server" 2>/dev/null || return 1
		sleep 0.05
	done
	[[ -f $dir/server.pid ]] || return 1
	# Making the prefix takes ten seconds, starting its services again one.
	if [[ -f $dir/made ]]; then boot=-i; fi
	GOETIA_WINE=$flavour quietly wineboot timeout 180 "$here/wine-exec.sh" --raw wineboot "$boot" 8>&- 9>&- || return 1
	wine_server_pid "$flavour" >/dev/null || return 1
	touch "$dir/made"
	if [[ $flavour == 8 ]]; then build_prng_shim || return; fi
	touch "$dir/ready"
}

# end_server FLAVOUR ends a server that was of no use, before there is another one.
end_server() {
	local pid i
	pid=$(wine_server_pid "$1") || return 0
	kill -KILL "$pid" 2>/dev/null || true
	for ((i = 0; i < 100; i++)); do
		wine_server_pid "$1" >/dev/null || break
		sleep 0.1
	done
}

# ready FLAVOUR: the server runs and its prefix was made while it did.
ready() { wine_server_pid "$1" >/dev/null && [[ -f $(wine_dir "$1")/ready ]]; }

setup() {
	local flavour=$1 dir try
	dir=$(wine_dir "$flavour")
	mkdir -p "$dir"
	(
		flock 9
		if ready "$flavour"; then exit 0; fi
		"install_$flavour" || exit 1
		wine_prefix_env "$flavour"
		rm -f "$dir/ready"
		# It crashes now and then, also while its services start.
		for try in 1 2 3; do
			start_server "$flavour" && exit 0
			say "Wine flavour $flavour does not start (try $try)"
			end_server "$flavour"
		done
		exit 1
	) 9>"$dir/lock"
}

mkdir -p "$CACHE"
case ${GOETIA_WINE:-} in
8 | 10 | system)
	setup "$GOETIA_WINE" || missing "Wine flavour $GOETIA_WINE could not be set up"
	echo "$GOETIA_WINE"
	exit
	;;
'') ;;
*) die "GOETIA_WINE=$GOETIA_WINE: want 8, 10 or system" ;;
esac

flavour=$(wine_flavour) || flavour=
if [[ -n $flavour ]] && ready "$flavour"; then
	echo "$flavour"
	exit
fi
for flavour in system 10 8; do
	if setup "$flavour"; then
		echo "$flavour" >"$CACHE/wine-flavour.new"
		mv "$CACHE/wine-flavour.new" "$CACHE/wine-flavour"
		echo "$flavour"
		exit
	fi
done
missing "no Wine: run scripts/wine-setup.sh once as root on Debian 12 or later, or install Wine 9 or later"
