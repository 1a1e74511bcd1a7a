#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What of core/ the tests execute, strategy by strategy: each is a copy of its
# own.  Fails if it is less than 90 % of the lines under any but busted, which
# only runs on one CPU.
set -euo pipefail
cd "$(dirname -- "$0")/.."

LEAST=90
profiles=$PWD/build/coverage/profiles
rm -rf -- "$profiles"
mkdir -p build

if ! {
	cmake --preset coverage && cmake --build --preset coverage &&
		LLVM_PROFILE_FILE="$profiles/%m-%p.profraw" ctest --preset coverage -j "$(nproc)"
} >build/coverage.log 2>&1; then
	tail -n 60 build/coverage.log
	exit 1
fi
llvm-profdata-19 merge -sparse -o build/coverage/tests.profdata "$profiles"/*.profraw

failed=0
while IFS= read -r strategy; do
	# "Mismatched data" is about the strategies' own inline functions, whose
	# names they share.
	share=$(llvm-cov-19 report -instr-profile build/coverage/tests.profdata \
		"build/coverage/CMakeFiles/core_$strategy.dir/core/instance.c.o" \
		-ignore-filename-regex '/(locking|pmap_sim|tests|stress)/' \
		2> >(grep -v 'mismatched data' >&2) |
		awk '$1 == "TOTAL" { print $10 + 0 }')
	verdict=""
	if [ "$strategy" != busted ] && awk -v s="$share" -v l="$LEAST" 'BEGIN { exit s >= l }'; then
		verdict="less than $LEAST %"
		failed=1
	fi
	printf '%-10s %6s %% of the lines of core/ %s\n' "$strategy" "$share" "$verdict"
done < <(sed -n 's/^STRATEGY(\([a-z0-9_]*\),.*/\1/p' locking/strategies.def)
exit "$failed"
