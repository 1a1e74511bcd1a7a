#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# docs/adding-a-strategy.md is true: one header and one line, and the strategy
# is listed, runs, and is tested.
set -euo pipefail
cd "$(dirname -- "$0")/.."

copy=$(mktemp -d)
trap 'rm -rf -- "$copy"' EXIT
cp -R CMakeLists.txt CMakePresets.json bench core locking pmap_sim stress tests "$copy"
cd "$copy"

sed 's/LOCKING_FINE_H/LOCKING_MINE_H/' locking/fine.h >locking/mine.h
echo 'STRATEGY(mine, "a copy of fine")' >>locking/strategies.def

if ! { cmake --preset dev && cmake --build --preset dev --target vmrace-stress test_object_mine; } >log 2>&1; then
	tail -n 50 log
	exit 1
fi
build/dev/vmrace-stress list strategies | tee listed
grep -q '^mine\b' listed
build/dev/tests/test_object_mine
