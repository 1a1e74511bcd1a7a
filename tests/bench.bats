#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# `vmrace bench`: what it says, records and refuses.  How fast anything is is
# not looked at: this is not a build to measure in.
#
# shellcheck disable=SC2154 # bats sets lines, stderr_lines

bats_require_minimum_version 1.5.0

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR
	cd "$BATS_TEST_TMPDIR" || return
	analysis=$VMRACE_HOME/analysis
}

# bench WORD...: short, and without a terminal.
bench() {
	run --separate-stderr "$VMRACE_BENCH" bench --length 4 --no-raise "$@" </dev/null
}

# fields EXPRESSION [FILE]: of each record, in Python.
fields() {
	/usr/bin/python3 -c 'import json, sys
for line in open(sys.argv[2]):
	r = json.loads(line)
	print(eval(sys.argv[1]))' "$1" "${2:-out/bench.jsonl}"
}

@test "identity first, a table of every subject, verdict last" {
	bench lookup_hot -s rcu,original -o out
	[ "$status" = 0 ]
	[[ ${lines[0]} == "bench measure=throughput tier=smoke workloads=lookup_hot strategies=rcu,original threads=1"*" seed=1 families=1 cells="* ]]
	[ "${lines[-1]}" = "verdict: sound" ]
	for subject in original rcu unsynchronised mutex_hash rwlock_hash lfht ck_ht empty; do
		[[ $output == *$'\n'"    $subject "* ]]
		grep -q "\"strategy\":\"$subject\"" out/bench.jsonl
	done
	[[ $output == *$'\n'"yardstick: original's W1"* ]]
	run ! grep -q '"strategy":"fine"' out/bench.jsonl
}

@test "every repetition is a record as the schema has it" {
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null ||
		skip "python3-jsonschema is not installed"
	bench W3 find_hot -s fine -c 1 -n 2 --json -o out
	[ "$status" = 0 ]
	[ "$output" = "$(cat out/bench.jsonl)" ]
	"$analysis/check_records.py" out/bench.jsonl
	[ "$(fields 'r["ops"] == sum(r["thread_ops"]) > 0' | sort -u)" = True ]
	[ "$(fields 'r["name"] == "/".join(x for x in (r["operation"], r["strategy"], r["args"], "threads:%d" % r["threads"]) if x)' | sort -u)" = True ]
	[ "$(fields '(r["refused"] is None) == r["admitted"]' | sort -u)" = True ]
	# Each block has each cell of one family once.
	[ "$(fields '(r["block"], r["position"])' | sort | uniq -d)" = "" ]
	[ "$(fields '(r["block"], r["args"])' | sort -u | wc -l)" = 6 ]
	# What does not fit is noticed.
	sed 's/"kind":"strategy"/"kind":"magic"/' out/bench.jsonl >odd
	run "$analysis/check_records.py" odd
	[ "$status" = 1 ]
}

@test "latencies: a histogram that has every operation once" {
	bench --measure latency lookup_hot W6 -s rcu -o out
	[ "$status" = 0 ]
	"$analysis/check_records.py" out/bench.jsonl
	[ "$(fields 'r["measure"]' | sort -u)" = latency ]
	# A lookup is an operation; a turn of W6 is a region of 128.
	[ "$(fields 'sum(n for _, n in r["histogram"]) * (128 if r["workload"] == "W6" else 1) == r["ops"] > 0' | sort -u)" = True ]
	[ "$(fields '0 < r["p50_ns"] <= r["p99_ns"] <= r["p999_ns"] <= r["max_ns"] <= r["wall_ns"] * 1.01' | sort -u)" = True ]
	[ "$(fields 'r["histogram"] == sorted(r["histogram"])' | sort -u)" = True ]
	[[ $output == *" p50 "*" p99.9 "* ]]
}

@test "a program that does not count says which does" {
	bench --measure count
	[ "$status" = 64 ]
	[[ ${stderr_lines[0]} == *"does not count"* ]]
}

@test "the order is the seed's" {
	for seed in 1 1 2; do
		bench find_hot -s rcu -c 1 -r "$seed" -o "out$((++n))"
		[ "$status" = 0 ]
	done
	fields 'r["strategy"]' out1/bench.jsonl >first
	[ "$(fields 'r["strategy"]' out2/bench.jsonl)" = "$(cat first)" ]
	[ "$(fields 'r["strategy"]' out3/bench.jsonl)" != "$(cat first)" ]
}

@test "standard goes there and back, more than once in a process" {
	bench find_hot -s rcu -c 1 --tier standard -n 1 -o out
	[ "$status" = 0 ]
	[ "$(fields 'r["repetition"]' | sort | uniq -c | awk '{ print $1 }' | sort -u | wc -l)" = 1 ]
	[ "$(fields 'r["repetition"]' | sort -u | xargs)" = "0 1 2 3 4" ]
	fields 'r["strategy"]' | uniq >order
	fields '(r["position"], r["strategy"])' | sort -u -t, -k1.2n | sed "s/.*'\(.*\)'.*/\1/" >places
	[ "$(cat places)" = "$(tac places)" ]
}

@test "the fixed table and the wide one are the same families apart" {
	bench private_objects -s rcu -c 1 -o out
	[ "$(fields '(r["args"], r["strategy"])' | grep "'rcu'" | sort)" = \
		"('objects:512/table:10007', 'rcu')
('objects:512/table:157', 'rcu')" ]
	[ "$(fields 'r["live_objects"]' | sort -u)" = 512 ]
}

@test "address spaces: the strategies, the live kernel and the ceiling beside them" {
	bench W6 W8 W11 -s rcu,original --tier standard -n 1 -o out
	[ "$status" = 0 ]
	for operation in soft_fault map_touch_unmap fork_tree; do
		[ "$(fields 'r["operation"], r["kind"], r["strategy"], r["ops"] > 0' | grep "'$operation'" | sort -u)" = \
			"('$operation', 'ceiling', 'unsynchronised', True)
('$operation', 'kernel', 'linux', True)
('$operation', 'strategy', 'original', True)
('$operation', 'strategy', 'rcu', True)" ]
	done
	# A process in each thread's place is counted like a thread.
	[ "$(fields 'r["kind"] == "strategy" or all(r["thread_ops"])' | sort -u)" = True ]
}

@test "objects that come and go, pages that go round: sound, and what lives is known" {
	bench W4 W5 W13 W19 -s rcu,original -c 1,2 --tier standard -n 1 -o out
	[ "$status" = 0 ]
	"$analysis/check_records.py" out/bench.jsonl
	# 64 are held by each thread; of the cache, which is everybody's, 100 more.
	[ "$(fields '(r["args"], r["threads"], r["live_objects"]) if r["workload"] == "W4" else ""' | sort -u | xargs)" = \
		"(objects:64/cache:0, 1, 64) (objects:64/cache:0, 2, 128) (objects:64/cache:100, 1, 164) (objects:64/cache:100, 2, 228)" ]
	# Each strategy on the other allocator, too, which the record names.
	[ "$(fields '(r["strategy"], r["allocator"]) if r["strategy"].endswith("_libc") else ""' | grep rcu_libc | sort -u)" = "('rcu_libc', 'libc')" ]
	# The writer disturbs and does nothing that is counted.
	[ "$(fields 'r["workload"] != "W19" or [n > 0 for n in r["thread_ops"]] == [True, False][:r["threads"]]' | sort -u)" = True ]
}

@test "memory that is too small, and a recorded program" {
	bench W14 W18 -s fine --tier standard -n 1 -o out
	[ "$status" = 0 ]
	"$analysis/check_records.py" out/bench.jsonl
	[ "$(fields '(r["workload"], r["strategy"], r["ops"] > 0)' | sort -u | xargs)" = "(W14, fine, True) (W18, fine, True)" ]
	run --separate-stderr env -u VMRACE_HOME "$VMRACE_BENCH" bench W18 -s fine --tier standard -n 1
	[ "$status" = 4 ]
	[[ $stderr == *"W18: set VMRACE_HOME"* ]]
}

@test "a workload that is named is measured in any tier" {
	bench W8 -s rcu -c 1 -o out
	[ "$status" = 0 ]
	[ "$(fields '(r["tier"], r["workload"])' | sort -u)" = "('smoke', 'W8')" ]
	bench --list
	[[ $output == *"W8"* ]]
}

@test "^C ends it, with the verdict of what ran" {
	"$VMRACE_BENCH" bench --no-raise --tier standard -o out >text 2>err </dev/null &
	child=$!
	until [ "$(wc -l <out/bench.jsonl)" -ge 3 ] 2>/dev/null; do sleep 0.2; done
	kill -INT "$child"
	status=0
	wait "$child" || status=$?
	[ "$status" = 130 ]
	[[ $(tail -n 1 text) == "verdict: sound: so far: interrupted" ]]
	"$analysis/check_records.py" out/bench.jsonl
}

@test "Google Benchmark's flags pass through, and its names are ours" {
	bench lookup_hot -s rcu -c 1,2 -n 1 -- --benchmark_filter=rcu --benchmark_out=all.json
	[ "$status" = 0 ]
	[ "$(/usr/bin/python3 -c 'import json
for b in json.load(open("all.json"))["benchmarks"]: print(b["name"])' | sort -u)" = \
		"lookup_hot/rcu/objects:1/table:157/threads:1
lookup_hot/rcu/objects:1/table:157/threads:2" ]
	[[ $output == *"ops_per_s="* ]]
	compare=/usr/share/benchmark/compare.py
	[ -e "$compare" ] || skip "libbenchmark-tools is not installed"
	run /usr/bin/python3 "$compare" filters all.json threads:1 threads:2
	[ "$status" = 0 ]
	[[ $output == *"[threads:1 vs. threads:2]"* ]]
	bench -- --benchmark_nonsense
	[ "$status" = 64 ]
}

@test "the list names every workload and every subject" {
	run "$VMRACE_BENCH" bench --list
	[ "$status" = 0 ]
	while read -r id operation; do
		[[ $output == *"$id"*"$operation"* ]]
	done < <(sed -n 's/^WORKLOAD(\([^,]*\), \([^,]*\),.*/\1 \2/p' "$VMRACE_HOME/bench/workloads.def")
	while read -r peer; do
		[[ $output == *" $peer"* ]]
	done < <(sed -n 's/^PEER(\(.*\))/\1/p' "$VMRACE_HOME/bench/peers.def")
}

@test "the list for programs has a sentence for every name, and lies beside the records" {
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null ||
		skip "python3-jsonschema is not installed"
	bench find_hot -s rcu -c 1 -o out
	[ "$status" = 0 ]
	[ "$("$VMRACE_BENCH" bench --list --json)" = "$(cat out/bench-list.json)" ]
	"$VMRACE_BENCH" bench --list >list
	PYTHONPATH=$analysis /usr/bin/python3 -Bc 'if True:
		import json, re
		from reporting.reading import Checker
		words, text = json.load(open("out/bench-list.json")), open("list").read()
		assert Checker().wrong("bench_list", words) == [], Checker().wrong("bench_list", words)
		named = lambda kind, key="name": {one[key] for one in words[kind]}
		by = {name for line in re.findall(r"^    by (?!name )(.*)", text, re.M) for name in line.split()}
		assert named("subjects") == by, named("subjects") ^ by
		axes = set(re.findall(r"(?<=[ /])([a-z]+):[^ ]", text))
		assert axes <= named("axes"), axes - named("axes")
		operations = set(re.findall(r"^W[0-9]+ +([a-z_]+)", text, re.M))
		assert named("workloads", "operation") == operations
	'
	mkdir -p full/bench-list.json
	bench find_hot -s rcu -c 1 -o full
	[ "$status" = 4 ]
	[ ${#stderr_lines[@]} = 1 ]
	[[ ${stderr_lines[0]} == "vmrace bench: full/bench-list.json: "* ]]
}

@test "misuse is 64, in one line" {
	for words in "W99" "nonsense" "--tier tiny" "-s nobody" "-s busted" "-c 0" "-c 62" \
		"--length 0" "-n 0" "--measure speed" "--nonsense"; do
		# shellcheck disable=SC2086 # words
		bench $words
		[ "$status" = 64 ]
		[ -z "$output" ]
		[[ ${stderr_lines[0]} == "vmrace bench: "* ]]
	done
}

@test "a directory that cannot be made is said, and nothing runs" {
	touch file
	bench W1 -o file/out
	[ "$status" = 4 ]
	[[ $stderr == *"file/out"* ]]
}
