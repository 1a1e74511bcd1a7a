#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# short_runs.sh [RUNS [OPTION...]]: no false report in so many (1000) runs of
# 0.2 s under ThreadSanitizer.  Drivers and strategies take turns; the seed is the
# number of the run; OPTION is one of `vmrace stress`, such as --perturb.  Stops at
# the first run that is neither sound nor, being so short, not exposed; of these
# there may be one in ten: what meets nothing cannot be wrong.
set -euo pipefail
UNEXPOSED_ONE_IN=10
top=$(cd -- "$(dirname -- "$0")/.." && pwd)
runs=${1:-1000}
shift || true
case $runs in
"" | *[!0-9]*)
	echo "usage: short_runs.sh [RUNS [OPTION...]]" >&2
	exit 64
	;;
esac

# names WHAT: of a list; this builds the program if need be.
names() {
	"$top/vmrace" list "$1" --tsan | awk '{ print $1 }'
}

mapfile -t drivers < <(names drivers)
mapfile -t strategies < <(names strategies | grep -vx busted)
sound=0 unexposed=0

for ((seed = 1; seed <= runs; seed++)); do
	driver=${drivers[(seed - 1) % ${#drivers[@]}]}
	strategy=${strategies[(seed - 1) / ${#drivers[@]} % ${#strategies[@]}]}
	status=0
	said=$("$top/build/tsan/vmrace-stress" stress "$driver" -s "$strategy" \
		-d 0.2 -r "$seed" --stacks "$@" 2>&1) || status=$?
	case $status in
	0) sound=$((sound + 1)) ;;
	3) unexposed=$((unexposed + 1)) ;;
	*)
		printf '%s\nrun %s of %s: status %s\n' "$said" "$seed" "$runs" "$status"
		exit 1
		;;
	esac
	[ ! -t 2 ] || printf '\r\033[K%s of %s: %s sound, %s not exposed' \
		"$seed" "$runs" "$sound" "$unexposed" >&2
done
[ ! -t 2 ] || printf '\r\033[K' >&2
echo "$runs runs of 0.2 s: $sound sound, $unexposed not exposed (at most $((runs / UNEXPOSED_ONE_IN)) may be), no report"
[ "$sound" != 0 ] && [ "$((unexposed * UNEXPOSED_ONE_IN))" -le "$runs" ]
