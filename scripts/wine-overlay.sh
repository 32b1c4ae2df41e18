#!/usr/bin/env bash
# Prints the path of an overlay that lets Go's own net and os packages work under Wine:
#
#   GOOS=windows go test -overlay "$(scripts/wine-overlay.sh)" -exec "$PWD/scripts/wine-exec.sh" ./...
#
# Wine refuses two calls that Go takes for granted, so what fails without the overlay
# is the test's own footing and not what it tests:
#   - SIO_UDP_NETRESET (WSAEOPNOTSUPP, 10045): without it net has no UDP sockets at all;
#   - FileDispositionInformationEx in Wine 8 (STATUS_NOT_IMPLEMENTED): without it
#     t.TempDir cannot be removed. Go has a fallback, for three other statuses.
# The two files are derived from the Go that is in use, one line changed in each. For
# tests under Wine only: nothing that is shipped is built with it.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

goroot=$(go env GOROOT)
dir=$CACHE/wine-overlay/$(go env GOVERSION)
if [[ -f $dir/overlay.json && $(cat "$dir/goroot" 2>/dev/null) == "$goroot" && ! ${BASH_SOURCE[0]} -nt $dir/overlay.json ]]; then
	echo "$dir/overlay.json"
	exit
fi

mkdir -p "$dir"
new=$(mktemp -d "$dir/new.XXXXXX")
trap 'rm -rf "$new"' EXIT

entries=()

# patch FILE SED... puts an edited copy of a file of the standard library into the
# overlay. Where the Go in use reads differently, that file stays as it is.
patch() {
	local file=$1 src=$goroot/src/$1 name=${1//\//_}
	shift
	sed "$@" "$src" >"$new/$name"
	if cmp -s "$src" "$new/$name"; then
		say "wine-overlay: $file of this Go needs another edit; left as it is"
		return
	fi
	mv "$new/$name" "$dir/$name"
	entries+=("$(printf '    "%s": "%s"' "$src" "$dir/$name")")
}

patch net/fd_windows.go \
	-e '/windows\.SIO_UDP_NETRESET/,/^\t\t}/ s/if err != nil {/if err != nil \&\& err != syscall.Errno(10045) {/'
patch internal/syscall/windows/at_windows.go \
	-e 's/case STATUS_INVALID_INFO_CLASS,/case NTStatus(0xC0000002), STATUS_INVALID_INFO_CLASS,/'

printf '%s\n' "$goroot" >"$dir/goroot"
{
	printf '{\n  "Replace": {\n'
	for ((i = 0; i < ${#entries[@]}; i++)); do
		((i == 0)) || printf ',\n'
		printf '%s' "${entries[i]}"
	done
	printf '\n  }\n}\n'
} >"$new/overlay.json"
mv "$new/overlay.json" "$dir/overlay.json"
echo "$dir/overlay.json"
