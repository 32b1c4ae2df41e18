#!/usr/bin/env bash
# Gets, in one go, what the other scripts would each fetch when they need it: one run of
# the package manager instead of six. Without root it only says what is absent.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

have go || die "no go command; see go.mod for the version"
declare -A package=(
	[gcc]="gcc libc6-dev" [git]=git [shellcheck]=shellcheck [cpio]=cpio
	[x86_64-w64-mingw32-gcc]=gcc-mingw-w64-x86-64 [mmdebstrap]=mmdebstrap
	[qemu-system-x86_64]="qemu-system-x86 qemu-system-data" [qemu-s390x-static]=qemu-user-static
	[curl]=curl [wrk]=wrk [chromium]=chromium [nc]=netcat-openbsd [openssl]=openssl
)
absent=()
for command in "${!package[@]}"; do
	# shellcheck disable=SC2206 # two packages in one entry
	have "$command" || absent+=(${package[$command]})
done
if ((${#absent[@]})); then
	apt_install "${absent[@]}" || say "not installed: ${absent[*]}; some stages will be missing"
fi
for module in . cmd/goetia bench prometheus examples; do
	[[ -f $REPO/$module/go.mod ]] || continue
	again in_module "$module" timeout 600 go mod download || die "the modules of $module cannot be fetched"
done
pinned_tools >/dev/null
# Fetched here so that its minute is not charged to the tests; whether it is needed, the
# stages decide.
"$here/wine-setup.sh" >/dev/null || true
