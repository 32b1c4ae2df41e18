#!/usr/bin/env bash
# Runs a program as the user nobody; for "go test -exec". The program is copied first:
# go test builds it in a folder that only its owner may enter.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
mkdir "$dir/tmp"
chmod 1777 "$dir/tmp"
cp "$1" "$dir/"
program=$dir/${1##*/}
shift

# Not exec: the copy is removed afterwards, and the exit code of the last command stays.
setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups \
	env HOME="$dir/tmp" TMPDIR="$dir/tmp" "$program" "$@"
