#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# exhibits.sh [SEEDS]: give each flagship defect back, in the build that hunts, and
# see how long the driver that hunts it takes, with delays, for seeds 1 to SEEDS
# (10), at most 60 s each; and each time run the same without it, as long as that
# took and 2 s at least.  Writes docs/exhibits.md anew.
set -euo pipefail
top=$(cd -- "$(dirname -- "$0")/.." && pwd)
seeds=${1:-10}
out=$(mktemp -d)
trap 'rm -rf -- "$out"' EXIT

# record WHERE OPTION...: a row; what it says is the table's matter.
record() {
	local status=0
	"$top/vmrace" stress -s original -c 4 --perturb -o "$out/$1" "${@:2}" >/dev/null 2>&1 || status=$?
	case $status in
	0 | 1 | 3) ;;
	*) exit "$status" ;;
	esac
}

# The last find took so many seconds.
found_in() {
	tail -n 1 "$out/found/stress.jsonl" | grep -oE '"wall_ns": *[0-9]+' |
		awk -F: '{ s = $2 / 1e9; print (s > 2 ? s : 2) }'
}

while read -r id driver; do
	for ((seed = 1; seed <= seeds; seed++)); do
		record found "$driver" --as-found "$id" -r "$seed" -d 60 --watchdog 5
		record repaired "$driver" -r "$seed" -d "$(found_in)"
	done
done <<'END'
A1 cache
A6 lookup
A9 copy
C2 clean
C7 remove
D1 copy
D2 copy
E1 collapse
E2 chain
F1 coalesce
G1 pageout
G2 pageout
END
/usr/bin/python3 "$top/analysis/exhibit_table.py" \
	"$out/found/stress.jsonl" "$out/repaired/stress.jsonl" >"$out/table.md"
mv -- "$out/table.md" "$top/docs/exhibits.md"
