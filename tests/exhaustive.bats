#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# What an exhaustive search says when it is done, and when it is not.

bats_require_minimum_version 1.5.0

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR
	cd "$BATS_TEST_TMPDIR" || return
}

# explore WORD...: the text on stdout.
explore() {
	run --separate-stderr "$VMRACE_SEARCH" explore "$@" </dev/null
}

# field EXPRESSION: of the record that is on stdout, in Python.
field() {
	/usr/bin/python3 -c 'import json, sys
r = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1" <<<"$output"
}

@test "each bound has its certificate, up to the first that has none" {
	explore inversion --scheduler bound --bound 5
	[ "$status" = 1 ]
	[[ $output == *"bound 0     2 schedules: none fails, certified"* ]]
	[[ $output == *"bound 1     10 schedules: not all are sound"* ]]
	[[ $output == *"bound 3     28 schedules: not all are sound"* ]]
	# More preemptions add none: 28 are all.
	[[ $output != *"bound 4"* ]]
	[[ $output == *", 1 preemptions"* ]]
}

@test "two workers count as one does, and a crash costs its execution" {
	for workers in 1 2; do
		explore safestack --scheduler bound -j "$workers" --json
		[ "$(field '[b["schedules"] for b in r["space"]["bounds"]]')" = "[6, 426, 23448]" ]
		[ "$(field '(r["complete"], r["workers"])')" = "(True, $workers)" ]
		explore lookup.cache_trim -s original --as-found A6 --scheduler bound --bound 1 -j "$workers" --json
		[ "$(field '(r["complete"], {f["verdict"] for f in r["found"]})')" = "(True, {'crash'})" ]
		field '(r["executions"], r["failures"], r["space"]["bounds"])' >"$workers"
	done
	diff 1 2
	[ "$(field 'r["failures"] > 3 and [b["none_fails"] for b in r["space"]["bounds"]]')" = "[True, False]" ]
	explore lookup.cache_trim -s original --as-found A6 --scheduler dpor --json
	[ "$(field '(r["complete"], r["failures"] > 3, r["space"]["seen"] > r["failures"])')" = "(True, True, True)" ]
}

@test "what an exhaustive search dies of is replayed, whoever came to it" {
	[ -z "$VMRACE_SANITIZE" ] || skip "a report comes first"
	while read -r words; do
		# shellcheck disable=SC2086 # words
		explore lookup.cache_trim -s original --as-found A6 $words
		[ "$status" = 1 ]
		verdict=${lines[-1]}
		[[ $verdict == "verdict: violation !!!: crash: killed by signal 11"* ]]
		line=$(sed -n 's/^replay: //p' <<<"$output" | head -n 1)
		[[ $line == "./vmrace replay "*"-crash-"*" --explain" ]]
		run -1 --separate-stderr eval "\"\$VMRACE_SEARCH\" ${line#./vmrace}"
		[ "${lines[-1]}" = "$verdict" ]
		rm ./*.vmr
	done <<-'END'
		--scheduler bound --stop -j 1
		--scheduler bound --bound 1 -j 1
		--scheduler bound --bound 1 -j 2
		--scheduler dpor
	END
}

@test "what is complete says of what" {
	explore bench.rmw.3x3 --scheduler bound --bound 1
	[ "$status" = 0 ]
	[[ $output == *"complete: every schedule of at most 1 preemptions" ]]
	explore bench.count.3x3 --scheduler dpor
	[ "$status" = 0 ]
	[[ $output == *"1680 classes, all there are; 0 executions were redundant"* ]]
	[[ $output == *"verdict: sound: complete: each of 1680 classes; --tsan tells of races" ]]
}

@test "what is not complete is a share of an estimate" {
	explore bench.locks --scheduler dpor -n 20000 --json
	[ "$status" = 0 ]
	[ "$(field 'r["complete"]')" = False ]
	[ "$(field 'r["executions"] == r["space"]["seen"] + r["space"]["probes"]')" = True ]
	[ "$(field '0 < r["space"]["seen_share"] < 1e-6')" = True ]
	# 30! / 10!^3 is 5.55e12; the seed is fixed.
	[ "$(field '2e12 < r["space"]["estimate"] < 2e13')" = True ]
	explore bench.locks --scheduler dpor -n 20000
	[[ $output == *" classes of about "*" +- "*" probes): "* ]]
}

@test "a random search says how much of what it draws is new" {
	explore bench.rmw.3x3 -n 40000 -j 1 --json
	[ "$(field 'r["space"]["sampled"]')" = 5000 ]
	[ "$(field 'r["space"]["classes_seen"] <= 1680')" = True ]
	[ "$(field '0 < r["space"]["unseen_share"] < 0.2')" = True ]
	[ "$(field 'r["points_per_s"] > 0 and r["executions_per_s"] > 0')" = True ]
	explore bench.locks -n 40000 -j 1 --json
	[ "$(field 'r["space"]["unseen_share"] > 0.3')" = True ]
}

@test "dpor refuses what has interrupts, and bound does not" {
	explore munmap.load -s fine --scheduler dpor
	[ "$status" = 77 ]
	[ "${lines[1]}" = "verdict: skipped: it has interrupts, which dpor does not know: take bound" ]
	explore munmap.load,lookup.fault --scheduler dpor
	[ "$status" = 0 ]
	[ "${lines[-1]}" = "verdict: sound: the worst of 2 rows, 1 skipped" ]
	explore munmap.load --scheduler dpor -o out
	"$VMRACE_HOME/analysis/check_records.py" out/explore.jsonl
	explore store.pageout -s original --as-found G2 --scheduler bound --bound 1 --json
	[ "$(field 'r["found"] != []')" = True ]
}

@test "records of searches are what the schema says" {
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null ||
		skip "python3-jsonschema is not installed"
	explore inversion --scheduler bound -o out
	explore bench.count.3x3,bench.locks --scheduler dpor -n 6000 -o out
	explore bench.locks,account -n 2000 -o out
	explore bench.locks --scheduler portfolio -n 10 -o out
	[ "$(wc -l <out/explore.jsonl)" = 6 ]
	"$VMRACE_HOME/analysis/check_records.py" out/explore.jsonl
}

@test "a worker that others keep from its processor has not hung" {
	"$VMRACE_SEARCH" explore bench.locks -j 1 -n 3000000 >said 2>&1 &
	search=$!
	until worker=$(pgrep -P "$search"); do sleep 0.05; done
	kill -STOP "$worker"
	sleep 11 # longer than one that runs may take
	kill -CONT "$worker"
	wait "$search"
	[ "$(tail -n 1 said)" = "verdict: sound" ]
}
