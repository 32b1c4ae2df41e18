#!/usr/bin/env bash
# The conformance suite on the kqueue mechanism over libkqueue, a kqueue in user space that
# somebody else has written. It is in Debian's experimental only, so it is fetched from
# there and installed nowhere. Which cases are left out, and why, the test prints.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# It has died in its own code now and then, with a change during a wait.
readonly TRIES=5

[[ $(uname -sm) == "Linux x86_64" ]] || missing "libkqueue is fetched for linux/amd64 only"
dir=$CACHE/libkqueue

# fetch unpacks the two packages into $dir.
fetch() {
	local mirror index paths path helper=/usr/lib/apt/apt-helper
	mirror=$(debian_mirror)
	[[ -n $mirror && -x $helper ]] || missing "no Debian mirror to fetch libkqueue from"
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	index=$work/Packages.xz
	"$helper" download-file "$mirror/dists/experimental/main/binary-amd64/Packages.xz" "$index" >/dev/null 2>&1 ||
		missing "the Debian mirror has no experimental"
	paths=$(xz -dc "$index" | awk '
		/^Package: / { wanted = $2 ~ /^libkqueue(0t64|-dev)$/ }
		wanted && /^Filename: / { print $2 }')
	[[ -n $paths ]] || missing "Debian's experimental has no libkqueue any more"
	for path in $paths; do
		"$helper" download-file "$mirror/$path" "$work/${path##*/}" >/dev/null 2>&1 ||
			missing "cannot fetch $path"
		dpkg-deb -x "$work/${path##*/}" "$work/root"
	done
	mkdir -p "$CACHE"
	rm -rf "$dir"
	mv -T "$work/root" "$dir"
}

need gcc gcc libc6-dev
need xz xz-utils
[[ -d $dir ]] || fetch

library=$(find "$dir" -name libkqueue.a)
headers=$(find "$dir" -path '*/kqueue/sys/event.h')
[[ -n $library && -n $headers ]] || die "$dir does not hold libkqueue"
export CGO_ENABLED=1 CGO_CFLAGS="-I${headers%/sys/event.h}" CGO_LDFLAGS="$library -lpthread"
say "libkqueue $(sed -n 's/^Version: //p' "$(find "$dir" -name libkqueue.pc)")"
output=$(mktemp)
trap 'rm -rf "$output" "${work:-}"' EXIT
for ((try = 1; try <= TRIES; try++)); do
	rc=0
	# One case at a time: in parallel the library confuses its queues.
	in_root go test -tags libkqueue -count=1 -v -parallel 1 -timeout 3m ./poll -run '^TestConformanceLibkqueue$' >"$output" 2>&1 || rc=$?
	if ((rc)) && grep -q 'signal arrived during cgo execution' "$output" && ! grep -q -- '--- FAIL' "$output"; then
		say "libkqueue died by itself during try $try"
		continue
	fi
	break
done
if ((rc)); then
	tail -n 80 "$output"
	exit "$rc"
fi
awk '
	/^=== (RUN|NAME)/ { name = $3; sub(/^[^\/]*\//, "", name) }
	/^ +suite\.go:[0-9]+: / && !/: shows: / { sub(/^ +suite\.go:[0-9]+: /, ""); print "left out: " name ": " $0 }' "$output"
printf '%d cases passed, %d were left out for the reasons above\n' \
	"$(grep -cE -- '^ {4}--- PASS' "$output")" "$(grep -cE -- '^ {4}--- SKIP' "$output")"
