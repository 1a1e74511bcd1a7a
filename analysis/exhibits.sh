#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# exhibits.sh [SEEDS]: give each flagship defect back, in the build that hunts, and
# see how long the driver that hunts it takes, with delays, for seeds 1 to SEEDS
# (10), at most 60 s each.  Writes docs/exhibits.md anew.
set -euo pipefail
top=$(cd -- "$(dirname -- "$0")/.." && pwd)
seeds=${1:-10}
out=$(mktemp -d)
trap 'rm -rf -- "$out"' EXIT

while read -r id driver; do
	for ((seed = 1; seed <= seeds; seed++)); do
		status=0
		"$top/vmrace" stress "$driver" --as-found "$id" -s original -c 4 -d 60 -r "$seed" \
			--perturb --watchdog 5 -o "$out" >/dev/null 2>&1 || status=$?
		case $status in
		0 | 1) ;;
		*) exit "$status" ;;
		esac
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
/usr/bin/python3 "$top/analysis/exhibit_table.py" "$out/stress.jsonl" >"$out/table.md"
mv -- "$out/table.md" "$top/docs/exhibits.md"
