#!/bin/sh
# Runs the test binaries that collect-exec.sh kept, each in its package's folder, on a
# machine without Go. Plain sh: the systems that need it have no bash.
#
#   run-collected.sh FOLDER [TEST FLAG...]     from the root of the checkout
#   RUNNER=wine    what starts them, where the system itself does not
#   LABEL=text     goes before the package in the lines about it
set -u

top=$(pwd)
case $1 in
/*) folder=$1 ;;
*) folder=$top/$1 ;;
esac
shift
failed=0
list=${TMPDIR:-/tmp}/goetia-tests.$$
(cd "$folder" && find . -name pkg.test -o -name pkg.test.exe | sort) >"$list"
trap 'rm -f "$list"' 0
[ -s "$list" ] || {
	echo "no test binaries in $folder"
	exit 1
}
while read -r test; do
	package=${LABEL:-}$(dirname "$test")
	if (cd "$top/$(dirname "$test")" && ${RUNNER:-} "$folder/$test" -test.timeout=10m "$@" </dev/null); then
		echo "ok   $package"
	else
		echo "FAIL $package"
		failed=1
	fi
done <"$list"
exit $failed
