#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# bench/shim.h, used by a C program of its own, and what the library makes of it.
#
# shellcheck disable=SC2154 # bats sets lines, stderr

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cp "$VMRACE_HOME"/bench/shim.{h,cc} "$VMRACE_HOME/tests/shim_alone.c" .
}

# alone WORD...: the program, its JSON in out.json.
alone() {
	run --separate-stderr "$SHIM_ALONE" "$@" --benchmark_out=out.json
}

# fields EXPRESSION: of each benchmark in out.json.
fields() {
	/usr/bin/python3 -c 'import json, sys
for b in json.load(open("out.json"))["benchmarks"]:
	print(eval(sys.argv[1]))' "$1"
}

@test "two files and the library are enough" {
	command -v clang++-19 >/dev/null || skip "clang++-19 is not installed"
	clang-19 -std=c99 -pedantic -Wall -Wextra -Werror -c shim_alone.c
	clang++-19 -std=c++17 -c shim.cc
	clang++-19 shim_alone.o shim.o -lbenchmark -lpthread -o mine
	./mine --benchmark_filter=claim | grep -q '^claim/made/threads:2 .* claimed$'
}

@test "names are what was said, and nothing behind" {
	alone
	[ "$status" = 0 ]
	[ "$(fields 'b["name"]')" = "add/one/amount:1/threads:2
add/two/amount:2/threads:2
claim/made/threads:2
refuse/it" ]
	grep -q '"told": "yes"' out.json
}

@test "fixtures are called around each run, on one thread" {
	alone --benchmark_filter=add
	[ "$(fields 'b.get("error_occurred", False)')" = $'False\nFalse' ]
	# One with a number of turns is run once; one with a time, as often as guesses.
	[ "$(fields 'int(b["setups"])' | tail -n 1)" = 1 ]
	[ "$(fields 'int(b["setups"])' | head -n 1)" -gt 1 ]
	[ "$(fields 'b["iterations"]' | tail -n 1)" = 2000 ]
}

@test "each row has what all threads did by the time that passed" {
	alone --benchmark_filter='add|claim'
	[ "$(fields 'b["ops_per_s"] > 0' | sort | uniq -c | xargs)" = "3 True" ]
}

@test "what measured itself is taken at its word" {
	alone --benchmark_filter=claim
	[ "$(fields '(b["iterations"], round(b["real_time"]), b["ops_per_s"], b["label"])')" = \
		"(1000, 1000000, 1000.0, 'claimed')" ]
}

@test "a run that fails says why, and the others go on" {
	alone
	[ "$(fields 'b.get("error_message", "")' | tail -n 1)" = "refused on purpose" ]
}

@test "the order is the seed's, there and back" {
	alone 1
	[ "$status" = 0 ]
	fields 'b["name"]' >first
	[ "$(wc -l <first)" = 16 ]
	for pass in 1,8 9,16; do
		sed -n "${pass}p" first >block
		[ "$(head -n 4 block)" = "$(tail -n 4 block | tac)" ]
	done
	alone 1
	[ "$(fields 'b["name"]')" = "$(cat first)" ]
	alone 2
	[ "$(fields 'b["name"]')" != "$(cat first)" ]
}

@test "the library's own formats and flags" {
	alone --benchmark_repetitions=3 --benchmark_report_aggregates_only=false
	[ "$(fields 'b["name"]' | grep -c '^add/one/amount:1/threads:2$')" = 3 ]
	fields 'b["name"]' | grep -qx 'add/one/amount:1/threads:2_median'
	run "$SHIM_ALONE" --benchmark_format=csv --benchmark_filter=claim
	[[ $output == *'"claim/made/threads:2",1000,'* ]]
	run "$SHIM_ALONE" --benchmark_nonsense
	[ "$status" = 1 ]
}

@test "a file that cannot be written is said before anything is measured" {
	run --separate-stderr "$SHIM_ALONE" --benchmark_out=nowhere/out.json
	[ "$status" = 2 ]
	[ -z "$output" ]
	[ "$stderr" = "--benchmark_out: nowhere/out.json: No such file or directory" ]
}

@test "compare.py reads the names unchanged" {
	compare=/usr/share/benchmark/compare.py
	[ -e "$compare" ] || skip "libbenchmark-tools is not installed"
	/usr/bin/python3 -c 'import scipy' || skip "python3-scipy is not installed"
	alone 3
	run /usr/bin/python3 "$compare" filters out.json add/one/amount:1 add/two/amount:2
	[ "$status" = 0 ]
	[[ $output == *'[add/one/amount:1 vs. add/two/amount:2]/threads:2'* ]]
}
