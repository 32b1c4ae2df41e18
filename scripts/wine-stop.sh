#!/usr/bin/env bash
# Ends the Wine servers that wine-setup.sh started, with all their programs, unless one
# is in use by another run. Each is addressed through its own prefix only: another Wine
# on this machine is nobody's business here.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/wine-lib.sh
. "$here/wine-lib.sh"

[[ -d $CACHE ]] || exit 0
exec 7>>"$CACHE/wine-users.lock"
if ! flock -n 7; then
	say "Wine is in use elsewhere; it ends by itself ten minutes after its last program"
	exit 0
fi
for flavour in system 10 8; do
	pid=$(wine_server_pid "$flavour") || continue
	wine_prefix_env "$flavour"
	if [[ $flavour == 10 ]]; then
		nsenter --target "$pid" --mount --root /usr/lib/wine/wineserver64 -k 7>&- || true
	else
		"$(wine_server)" -k 7>&- || true
	fi
	# "-k" only asks. A new server must not meet the old one on its way out.
	for ((i = 0; i < 100; i++)); do
		wine_server_pid "$flavour" >/dev/null || break
		sleep 0.1
	done
	rm -f "$(wine_dir "$flavour")/server.pid"
done
