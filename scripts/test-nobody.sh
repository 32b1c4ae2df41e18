#!/usr/bin/env bash
# The library's tests as the user nobody: what needs privilege, or is forbidden without
# it (io_uring on some systems, raw limits), must show itself here and not at a user's.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

is_root || missing "only root can become nobody"
have setpriv || missing "no setpriv (util-linux)"
if (($# == 0)); then set -- ./...; fi
# Models of other systems' kernels say the same here as to root.
export GOETIA_SIMULATED=no
in_root go test -count=1 -timeout=5m -exec "$REPO/scripts/nobody-exec.sh" "$@"
