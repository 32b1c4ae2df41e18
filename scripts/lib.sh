# shellcheck shell=bash
# What every script here shares: where things are, how to speak, how to fetch a
# missing tool. Source it; it sets no traps and starts nothing.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# Everything that is expensive to get (a Debian folder, kernels, a Wine prefix)
# lives outside the checkout, so that a fresh clone finds it and "git clean" keeps it.
CACHE=${GOETIA_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/goetia}

# The exit code for "this machine cannot do that", as automake has it. scripts/test.sh
# tells it from a failure.
readonly MISSING=77

# Packages in which something depends on the processor or on the kernel: layouts of structures,
# system calls. The others compute alike everywhere, and one emulated processor of each kind
# (32 bits, big-endian) is enough for them.
# shellcheck disable=SC2034 # used by those who source this
readonly KERNEL_PACKAGES=(. ./aio ./poll ./internal/...)

say() { printf '== %s\n' "$*" >&2; }

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# missing REASON... ends the script: the platform is not to be had here, and why.
# scripts/test.sh names a file in GOETIA_WHY to carry the reason to its table.
missing() {
	printf 'MISSING: %s\n' "$*" >&2
	if [[ -n ${GOETIA_WHY:-} ]]; then printf '%s\n' "$*" >"$GOETIA_WHY"; fi
	exit "$MISSING"
}

is_root() { [[ $(id -u) == 0 ]]; }

have() { command -v "$1" >/dev/null 2>&1; }

# quietly LABEL COMMAND... shows the output only of a command that failed.
quietly() {
	local label=$1 log rc=0
	shift
	log=$(mktemp)
	"$@" >"$log" 2>&1 </dev/null || rc=$?
	if ((rc)); then
		printf '%s failed (exit %d):\n' "$label" "$rc" >&2
		tail -n 60 "$log" >&2
	fi
	rm -f "$log"
	return "$rc"
}

# again COMMAND... tries what depends on the network up to three times, for programs that do not do that
# themselves, as apt does.
again() {
	local pause
	for pause in 3 15; do
		"$@" && return
		sleep "$pause"
	done
	"$@"
}

# apt_update refreshes the package lists, or returns 1. It takes the lock of apt_install: apt itself
# does not wait for another one that does the same.
apt_update() {
	mkdir -p "$CACHE"
	(
		flock 8
		quietly "apt-get update" apt-get update -q
	) 8>"$CACHE/apt.lock"
}

# apt_install PACKAGE... installs as root, or returns 1. The package lists are
# refreshed only where the first try fails: on a new machine they are empty, on a
# used one they are usually good enough. The lock makes concurrent runs queue, where
# dpkg would refuse the second.
apt_install() {
	is_root && have apt-get || return 1
	say "apt-get install $*"
	local install=(apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "$@")
	mkdir -p "$CACHE"
	(
		flock 8
		export DEBIAN_FRONTEND=noninteractive
		"${install[@]}" >/dev/null 2>&1 </dev/null && exit
		quietly "apt-get update" apt-get update -q || true
		quietly "apt-get install $*" "${install[@]}"
	) 8>"$CACHE/apt.lock"
}

# need COMMAND PACKAGE... has the command, installs it, or ends the script as missing.
need() {
	local command=$1
	shift
	have "$command" && return
	apt_install "$@" || true
	have "$command" ||
		missing "no $command; as root on Debian: apt-get install --no-install-recommends $*"
}

# debian_mirror prints where this machine gets its own Debian packages, if it does.
debian_mirror() {
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1
}

# debian_folder DIR ARCHITECTURES PACKAGES builds a small Debian 13 system in a folder.
# With a mirror named, mmdebstrap takes the release alone; by default it adds the updates
# and the security fixes, which a folder for tests does without, and whose indexes are
# now and then caught half renewed. Built under another name and renamed, so that an
# interrupted build is never taken for a finished one.
debian_folder() {
	local dir=$1 mirror
	is_root || return 1
	have mmdebstrap || apt_install mmdebstrap || return 1
	mirror=$(debian_mirror)
	say "building a Debian 13 folder with $3 in $dir (a minute or two, 1 GB)"
	quietly mmdebstrap again bootstrap "$dir.new" --quiet --variant=essential --architectures="$2" --include="$3" \
		--aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
		trixie "$dir.new" ${mirror:+"$mirror"} || return 1
	rm -rf "$dir.new"/var/cache/apt "$dir.new"/var/lib/apt/lists
	mv -T "$dir.new" "$dir"
}

# bootstrap DIR ARGUMENT... is mmdebstrap, which wants a folder without anything in it.
bootstrap() {
	rm -rf "$1"
	shift
	mmdebstrap "$@"
}

# has_go DIR: a folder below which there is Go code (a module may still be empty).
has_go() { [[ -n $(find "$1" -name '*.go' -print -quit 2>/dev/null) ]]; }

# in_root COMMAND... runs in the root module, and without the workspace: the module must
# stand by itself, as its users see it, on the versions in its own go.mod.
in_root() { (cd "$REPO" && GOWORK=off "$@"); }

# in_module DIR COMMAND... runs in another module of this checkout, which finds the
# library through go.work.
in_module() { (cd "$REPO/$1" && shift && "$@"); }

# pinned_tools prints the folder with the programs that tools/go.mod pins or has, built once
# for each state of that module. Each build has a folder of its own, since another one may be going on,
# and what has failed does not stay.
pinned_tools() {
	local dir new
	dir=$CACHE/tools/$(cat "$REPO/tools"/go.{sum,mod} "$REPO/tools"/*/*.go <(go version) | sha256sum | cut -c1-16)
	if [[ ! -d $dir ]]; then
		say "building the pinned tools"
		mkdir -p "$CACHE/tools"
		new=$(mktemp -d "$dir.new.XXXXXX") || return 1
		if ! (cd "$REPO/tools" && again env GOWORK=off timeout 900 go build -o "$new/" tool) >&2; then
			rm -rf "$new"
			return 1
		fi
		chmod 755 "$new"
		mv -T "$new" "$dir" 2>/dev/null || rm -rf "$new"
	fi
	printf '%s\n' "$dir"
}
