# shellcheck shell=bash
# Which Wine, where it is, and how a program is started in it. Source it after lib.sh.
#
# Three flavours:
#   system  a Wine of version 9 or later that the machine already has
#   10      Debian 13's Wine in a folder of its own, entered by chroot (needs root)
#   8       Debian 12's Wine with a small bcryptprimitives.dll of ours, without which
#           Go's runtime does not start; t.TempDir cannot clean up there
# GOETIA_WINE picks one; otherwise the first that can be had, in this order.

# Wine prints warnings to stderr and would ask to install mono and gecko.
export WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="

# wine_dir FLAVOUR holds all that one flavour needs. A prefix is used by one Wine only:
# another version would upgrade it in place.
wine_dir() { printf '%s/wine-%s\n' "$CACHE" "$1"; }

# first_file PATH... prints the first that can be executed.
first_file() {
	local f
	for f; do
		if [[ -n $f && -x $f ]]; then
			printf '%s\n' "$f"
			return
		fi
	done
	return 1
}

# Debian's /usr/bin/wine is a shell script that looks for a 32-bit Wine first and
# comments on it; the loader beneath is what we want.
wine_loader() { first_file /usr/lib/wine/wine64 "$(command -v wine64)" "$(command -v wine)"; }
wine_server() { first_file /usr/lib/wine/wineserver64 "$(command -v wineserver64)" "$(command -v wineserver)" /usr/lib/wine/wineserver; }

# system_wine_major prints 8 for "wine-8.0 (Debian 8.0~repack-4)".
system_wine_major() {
	local loader version
	loader=$(wine_loader) || return 1
	version=$("$loader" --version 2>/dev/null </dev/null) || return 1
	[[ $version =~ ^wine-([0-9]+) ]] && printf '%s\n' "${BASH_REMATCH[1]}"
}

# wine_flavour prints the flavour that the last set-up settled on, or GOETIA_WINE.
wine_flavour() {
	if [[ -n ${GOETIA_WINE:-} ]]; then
		printf '%s\n' "$GOETIA_WINE"
	else
		cat "$CACHE/wine-flavour" 2>/dev/null
	fi
}

# wine_server_pid FLAVOUR prints the pid of our running server. The name is compared
# too, since the pid may long belong to somebody else, and so is the state: init may take a second to
# bury it.
wine_server_pid() {
	local pid stat
	pid=$(cat "$(wine_dir "$1")/server.pid" 2>/dev/null) || return 1
	stat=$(cat "/proc/$pid/stat" 2>/dev/null) || return 1
	[[ $stat == "$pid (wineserver"*") "[!ZX]" "* ]] && printf '%s\n' "$pid"
}

# wine_prefix_env FLAVOUR points Wine at our own prefix, never at the user's.
wine_prefix_env() {
	WINEPREFIX=$(wine_dir "$1")/prefix
	WINEARCH=win64
	export WINEPREFIX WINEARCH
	# Our server was started in another session; nothing of this one may redirect it.
	unset WINESERVER WINELOADER WINEDLLPATH
}
