#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# pages.sh BIN OUT: a man page for vmrace and for each of its commands, by help2man
# from what --help says, with the programs in BIN.  OUT/vmrace.1, OUT/vmrace-run.1, ...
set -euo pipefail
top=$(cd -- "$(dirname -- "$0")/../.." && pwd)
bin=$1
out=$2
here=$top/docs/man
version=$("$top/vmrace" --version)

# A page is of the commit's date, so that it is the same each time it is made.
if [ -z "${SOURCE_DATE_EPOCH-}" ]; then
	SOURCE_DATE_EPOCH=$(git -C "$top" log -1 --format=%ct 2>/dev/null || echo 0)
fi
export SOURCE_DATE_EPOCH VMRACE_HOME=$top LC_ALL=C

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# page NAME SENTENCE COMMAND...: help2man wants one word to run, and calls the page
# by what comes after "Usage:", which is two words.
page() {
	local name=$1 sentence=$2
	shift 2
	printf '#!/bin/sh\nexec %s"$@"\n' "$(printf '%q ' "$@")" >"$scratch/$name"
	chmod +x "$scratch/$name"
	help2man --no-info --section=1 --name="$sentence" --version-string="$version" \
		--source="$version" --manual=vmrace --include="$here/common.h2m" "$scratch/$name" |
		sed -e "s/^\.TH [^ ]*/.TH ${name^^}/" \
			-e "s/^[a-z-]* \\\\- /${name//-/\\\\-} \\\\- /" >"$out/$name.1"
	[ -s "$out/$name.1" ]
}

# owner COMMAND: the program of BIN that has it, or the launcher.
owner() {
	local program
	for program in "$bin"/vmrace-*; do
		if [ -x "$program" ] && "$program" "$1" --help >/dev/null 2>&1; then
			printf '%s\n' "$program"
			return
		fi
	done
	printf '%s\n' "$top/vmrace"
}

mkdir -p -- "$out"
page vmrace "the object module of 4.4BSD under swappable lockings" "$top/vmrace"
"$top/vmrace" help | sed -n 's/^  \([a-z][a-z]*\)  *\(.*\)/\1 \2/p' |
	while read -r command sentence; do
		[ "$command" != help ] || continue
		page "vmrace-$command" "${sentence%%:*}" "$(owner "$command")" "$command" </dev/null
	done
