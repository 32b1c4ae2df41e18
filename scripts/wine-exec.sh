#!/usr/bin/env bash
# Runs a Windows program under Wine as if it were a program of this machine:
#
#   GOOS=windows go test -exec "$PWD/scripts/wine-exec.sh" ./...
#   scripts/wine-exec.sh goetia.exe echo --listen 127.0.0.1:0
#
# Exit code, standard streams, current directory and environment (GOETIA_*, GODEBUG,
# GORACE, GOMAXPROCS ...) pass through. This process becomes the Wine process, so a
# signal sent to its pid arrives: Wine turns SIGINT into Ctrl-C, which Go's os/signal
# reports as os.Interrupt; SIGTERM ends the program.
#
# With --raw as the first word, Wine's own programs can be started without set-up.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/wine-lib.sh
. "$here/wine-lib.sh"

if [[ ${1:-} == --raw ]]; then
	shift
	raw=yes
else
	raw=
	# Held for as long as the program runs: wine-stop.sh leaves the server alone meanwhile.
	mkdir -p "$CACHE"
	exec 7>>"$CACHE/wine-users.lock"
	flock -s 7
fi
(($# > 0)) || die "usage: wine-exec.sh PROGRAM.exe [ARG...]"

flavour=$(wine_flavour) || flavour=
if [[ -z $raw && (-z $flavour || ! -f $(wine_dir "$flavour")/ready) ]] || ! wine_server_pid "$flavour" >/dev/null; then
	flavour=$("$here/wine-setup.sh" </dev/null 7>&-)
fi
wine_prefix_env "$flavour"

if [[ $flavour == 10 ]]; then
	# Into the server's own namespace: it opens files on behalf of its clients, so both
	# must see the same tree.
	exec nsenter --target "$(wine_server_pid 10)" --mount --root \
		env --chdir="$PWD" /usr/lib/wine/wine64 "$@"
fi
exec "$(wine_loader)" "$@"
