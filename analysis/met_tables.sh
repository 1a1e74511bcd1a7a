#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# met_tables.sh [SECONDS [BUILD...]]: measure how often every driver's pairs are
# met, natively and under both sanitizers, without delays and with, and write
# docs/stress-table.md anew.  2 s a row: twenty minutes.  BUILD: native, tsan, asan.
set -euo pipefail
top=$(cd -- "$(dirname -- "$0")/.." && pwd)
seconds=${1:-2}
builds=("${@:2}")
[ ${#builds[@]} != 0 ] || builds=(native tsan asan)
out=$(mktemp -d)
trap 'rm -rf -- "$out"' EXIT

files=()
for build in "${builds[@]}"; do
	build=${build/#/--}
	build=${build/#--native/}
	for delays in "" --perturb; do
		directory=$out/stress$build$delays status=0
		"$top/vmrace" stress all -s all -c 4 -d "$seconds" ${build:+"$build"} \
			${delays:+"$delays"} -o "$directory" || status=$?
		case $status in
		0 | 1 | 3 | 66) ;; # a verdict that is not sound stands in the table
		*) exit "$status" ;;
		esac
		files+=("$directory/stress.jsonl")
	done
done
/usr/bin/python3 "$top/analysis/met_table.py" "${files[@]}" >"$out/table.md"
mv -- "$out/table.md" "$top/docs/stress-table.md"
