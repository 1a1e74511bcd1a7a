#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# `vmrace bench`: what it says, records and refuses.  How fast anything is is
# not looked at: this is not a build to measure in.
#
# shellcheck disable=SC2154,SC2030,SC2031 # bats sets lines, stderr_lines

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

@test "what was refused is not admitted; what was not asked for is not measured" {
	bench lookup_hot -s original -c 2 -o out
	[ "$status" = 0 ]
	line=$(grep '^yardstick' <<<"$output")
	[[ $line == *"; alone not measured"* ]]
	# In the words that the record of original's one repetition leads to.
	for regime in near far; do
		word=$(fields '"not observed" if r["regime"] != "'$regime'" else "not admitted" if not r["admitted"] else "%.1f by" % (r["ops_per_s"] / 1e6) if r["strategy"] == "original" else ""' |
			paste - <(fields 'r["strategy"]') | sed -n 's/\toriginal$//p')
		[[ $line == *"; $regime $word"* ]]
	done
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
	for change in 's/"kind":"strategy"/"kind":"magic"/' 's/"run":"[^"]*",//' 's/"steady":[a-z]*,//'; do
		sed "$change" out/bench.jsonl >odd
		run "$analysis/check_records.py" odd
		[ "$status" = 1 ]
	done
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

@test "what can only be counted is refused otherwise, in one line" {
	for words in "W15" "W20 --measure latency" "W18 --measure latency"; do
		# shellcheck disable=SC2086 # words
		bench $words
		[ "$status" = 64 ]
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" = 1 ]
		said=$stderr
		# shellcheck disable=SC2086 # words
		bench $words --dry-run
		[ "$status" = 64 ]
		[ -z "$output" ]
		[ "$stderr" = "$said" ]
	done
	[[ $said == "vmrace bench: none of these has a latency to measure: see "* ]]
	bench W15
	[ "$status" = 64 ]
	[ "${stderr_lines[0]}" = "vmrace bench: none of these has a throughput to measure: they are counted, with --measure count" ]
	bench W15 find_hot -s rcu -c 1
	[ "$status" = 0 ]
	[[ $output != *shootdown* ]]
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
	[ "$(fields 'r["repetition"]' | sort -u | xargs)" = "0 1" ]
	fields 'r["strategy"]' | uniq >order
	fields '(r["position"], r["strategy"])' | sort -u -t, -k1.2n | sed "s/.*'\(.*\)'.*/\1/" >places
	[ "$(cat places)" = "$(tac places)" ]
}

@test "standard has what the claims are about, and who they are about" {
	"$VMRACE_BENCH" bench --list >list
	# Both kinds of next key, both tables, and W6 within and beyond what a CPU keeps.
	[ "$(awk '/^W/ { of = /measure count/ ? "" : $2 } of == "" { next } of != "shim_cost" && $1 ~ /^(smoke|standard)$/ { print of, $2 }' list)" = \
		"lookup_hot objects:1/table:157
find_hot objects:1/table:157
find_hot objects:1/table:157/next:known
lookup_many objects:1024/table:157
private_objects objects:512/table:157
private_objects objects:512/table:10007
soft_fault pages:128
soft_fault pages:4096" ]
	/usr/bin/python3 - "$analysis/reporting/claims.json" list <<'END'
import json, sys

there = {}
for words in map(str.split, open(sys.argv[2])):
    if words[0].startswith("W"):
        operation = words[1]
    elif words[0] == "by":
        there[operation] = set(words[1:])
for claim in json.load(open(sys.argv[1]))["claims"]:
    for side in ("a", "b"):
        names = claim.get(side, {}).get("strategy", [])
        for name in [names] if isinstance(names, str) else names:
            assert claim["operation"] == "shim_cost" or name in there[claim["operation"]], claim
END
}

@test "standard ends by itself when every pair has enough" {
	# On one CPU, where there is one regime; the first that we may run on.
	cpu=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
	run --separate-stderr taskset -c "$cpu" "$VMRACE_BENCH" bench lookup_hot \
		-s rcu,original --tier standard --length 1 --no-raise -o out </dev/null
	[ "$status" = 0 ]
	/usr/bin/python3 - out/bench.jsonl <<'END'
import json, sys

records = [json.loads(line) for line in open(sys.argv[1])]
for strategy in {r["strategy"] for r in records}:
    own = [r for r in records if r["strategy"] == strategy and r["admitted"]]
    assert len(own) >= 20 and len({r["process"] for r in own}) >= 10, (strategy, len(own))
# Not a block more than it takes, unless the host has stolen some.
assert len({r["block"] for r in records}) == 5 or not all(r["admitted"] for r in records)
END
}

@test "two runs into one directory are two runs, and judged together" {
	bench W3 -s rcu -c 1 -o out
	bench W3 -s rcu -c 1 -o out
	[ "$status" = 0 ]
	"$analysis/check_records.py" out/bench.jsonl
	[ "$(fields 'r["run"]' | uniq | wc -l)" = 2 ]
	# The same places in the same order, so only their names tell them apart.
	[ "$(fields '(r["block"], r["process"], r["name"])' | sort | uniq -c | awk '{ print $1 }' | sort -u)" = 2 ]
	/usr/bin/python3 -c 'import pandas, numpy, jinja2' || skip "packages of the report are not installed"
	[ "$(/usr/bin/python3 - "$analysis" out <<'END'
import sys

sys.path.insert(0, sys.argv[1])
from reporting import compare, measurements, reading

table = measurements.tabulate(reading.Records().read([sys.argv[2]]))
print(table["run"].nunique(), table.groupby("strategy")["run"].nunique().unique())
END
	)" = "2 [2]" ]
}

@test "a record says whether the warm-up came to be steady" {
	bench lookup_hot -s rcu -c 1 -o out
	[ "$(fields 'type(r["steady"]).__name__' | sort -u)" = bool ]
	run --separate-stderr "$VMRACE_BENCH" bench W18 -s rcu -c 1 --no-raise --length 4 -o out2 </dev/null
	[ "$(fields 'r["steady"]' out2/bench.jsonl | sort -u)" = None ]
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
	# It is not like the others: how fair, means nothing there, and something elsewhere.
	[ "$(fields '(r["jain"] is None, r["max_min"] is None) == (r["workload"] == "W19",) * 2' | sort -u)" = True ]
}

@test "memory that is too small, and a recorded program" {
	bench W14 W18 -s fine --tier standard -n 1 -o out
	[ "$status" = 0 ]
	"$analysis/check_records.py" out/bench.jsonl
	[ "$(fields '(r["workload"], r["strategy"], r["ops"] > 0)' | sort -u | xargs)" = "(W14, fine, True) (W18, fine, True)" ]
	# How fair, is not known of threads that nobody counts one by one.
	[ "$(fields '(r["jain"], r["max_min"]) if r["workload"] == "W18" else ""' | sort -u | xargs)" = "(None, None)" ]
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
	for tier in smoke standard full; do
		bench find_many -s rcu -c 1 --tier "$tier" --dry-run
		[ "$status" = 0 ]
		[[ $output == *"find_many/rcu/objects:1024/table:157/threads:1"* ]]
	done
	# By its number, standard has what the claims are about.
	bench W2 -s rcu -c 1 --tier standard --dry-run
	[ "$(cut -d/ -f1 <<<"$output" | uniq)" = lookup_many ]
	bench W2 find_many -s rcu -c 1 --tier standard --dry-run
	[ "$(cut -d/ -f1 <<<"$output" | uniq | xargs)" = "lookup_many find_many" ]
}

@test "what begins on a schedule is measured by a clock around each operation" {
	bench W19 -s rcu -c 1 --tier full --dry-run
	[ "$output" = "lookup_written/rcu/objects:64/cache:0/threads:1" ]
	bench W19 -s rcu -c 1 --tier full --measure latency --dry-run
	[ "${lines[1]}" = "lookup_written/rcu/objects:64/cache:0/every:1000/threads:1" ]
}

@test "so many blocks, and none that begins after the time that is given" {
	# A block is eight processes of 4 ms each and more: a hundred take longer than a second.
	bench find_hot -s rcu -c 1 -n 100 -d 1 -o out
	[ "$status" = 0 ]
	count=$(fields 'r["block"]' | sort -u | wc -l)
	[ "$count" -ge 1 ]
	[ "$count" -lt 100 ]
}

# seen WORD...: what a terminal gets of find_hot.
seen() {
	run script -qefc "TERM=xterm '$VMRACE_BENCH' bench find_hot -s rcu -c 1 --length 4 --no-raise $*" \
		/dev/null </dev/null
	[ "$status" = 0 ]
}

@test "the line of progress says when it ends, if it is known" {
	seen -n 1
	[[ $output == *" s, block 1: find_hot/rcu/"* ]]
	[[ $output != *" of at most "* ]]
	seen -n 1 -d 900
	[[ $output == *" of at most 900 s, block 1: find_hot/rcu/"* ]]
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

@test "what Google Benchmark could not begin, or write, is in the status" {
	bench find_hot -s rcu -c 1 -- --benchmark_out=nowhere/all.json
	[ "$status" = 4 ]
	[ -z "$output" ]
	[ "$stderr" = "--benchmark_out: nowhere/all.json: No such file or directory" ]
	run --separate-stderr env -u VMRACE_HOME "$VMRACE_BENCH" bench W18 -s fine -c 1 -- --benchmark_format=csv </dev/null
	[ "$status" = 4 ]
	[[ $output == *"could not start"* ]]
	[[ $stderr == *"W18: set VMRACE_HOME"* ]]
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

@test "strategies are chosen with their copies, and peers are always there" {
	bench churn -s rcu --tier standard --dry-run
	[ "$status" = 0 ]
	[ "$(cut -d/ -f2 <<<"$output" | sort -u | xargs)" = "rcu rcu_libc" ]
	bench lookup_hot -s rcu,fine -c 1 --dry-run
	[ "$(cut -d/ -f2 <<<"$output" | sort | xargs)" = \
		"ck_ht empty fine lfht mutex_hash rcu rwlock_hash unsynchronised" ]
}

@test "a dry run names what would be measured, and measures nothing" {
	bench find_hot W3 -s rcu -c 1,2 --dry-run -o dry
	[ "$status" = 0 ]
	[ ! -e dry ]
	printf '%s\n' "${lines[@]}" | sort >planned
	bench find_hot W3 -s rcu -c 1,2 -n 1 -o out
	[ "$status" = 0 ]
	[ "$(fields 'r["name"]' | sort)" = "$(cat planned)" ]
}

@test "the standard tier measures what every claim is about" {
	/usr/bin/python3 -c 'import numpy, scipy, pandas' 2>/dev/null ||
		skip "a Debian package of Python's is not installed"
	bench --tier standard --dry-run -c 1,2
	[ "$status" = 0 ]
	printf '%s\n' "${lines[@]}" >planned
	cat >look.py <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from reporting import claims

families = {}
for line in sys.stdin:
    operation, subject, *args, threads = line.strip().split("/")
    family = families.setdefault(("", operation, "/".join(args)), set())
    family.add((subject, int(threads.removeprefix("threads:"))))
for claim in claims.load()["claims"]:
    sides = {(name, claim[side]["threads"])
             for side in ("a", "b") if side in claim for name in claims.strategies(claim[side])}
    found = [key for key, there in families.items() if claims.meant(claim, key) and sides <= there]
    print(claim["id"], *(found or ["NOT MEASURED"]))
END
	/usr/bin/python3 -B look.py "$analysis" <planned >found
	[ "$(wc -l <found)" = "$(grep -c '"id":' "$analysis/reporting/claims.json")" ]
	run ! grep "NOT MEASURED" found
	# Of all choices they are the same, but for the sizes of W6.
	bench --tier full --dry-run -c 1,2
	/usr/bin/python3 -B look.py "$analysis" <<<"$output" | grep -v ^W6 >full
	[ "$(cat full)" = "$(grep -v ^W6 found)" ]
	# It would be noticed.
	grep -v ^shim_cost/direct/ planned >less
	[ "$(/usr/bin/python3 -B look.py "$analysis" <less | grep "NOT MEASURED")" = "shim NOT MEASURED" ]
}

@test "what the shim costs: the same turns through it and without it" {
	bench shim_cost -o out --tier standard -n 1
	[ "$status" = 0 ]
	"$analysis/check_records.py" out/bench.jsonl
	[ "$(fields '(r["strategy"], r["threads"], r["ops"] > 0, r["ops"] % 64, r["jain"])' | sort | uniq -c | xargs)" = \
		"4 (direct, 1, True, 0, None) 4 (shim, 1, True, 0, None)" ]
	# Nothing of the library's own is among the records or the text.
	[ "$(wc -l <out/bench.jsonl)" = 8 ]
	[[ $output != *Iterations* ]]
	# It cannot be put to itself.
	bench shim_cost lookup_hot -s rcu -c 1 -- --benchmark_filter=shim_cost
	[[ $output$stderr == *"Failed to match"* ]]
}

@test "so much work, for a profiler" {
	run "$VMRACE_BENCH" work lookup_many rcu objects:16/table:157 100
	[ "$status" = 0 ]
	[ "$output" = "100 operations" ]
	for words in "lookup_many rcu objects:16" "lookup_many nobody objects:16/table:157 100" \
		"nonsense rcu objects:16/table:157 100" "lookup_many rcu objects:16/table:157 0" "replay rcu copies:1 100"; do
		# shellcheck disable=SC2086 # words
		run "$VMRACE_BENCH" work $words
		[ "$status" = 64 ]
	done
	# Whose instructions they are, and the same ones each time.
	command -v valgrind >/dev/null || skip "valgrind is not installed"
	"$analysis/instructions.py" "$VMRACE_BENCH" W1 >first
	"$analysis/instructions.py" "$VMRACE_BENCH" W1 >second
	diff first second
	grep -q '^| W1 .lookup_hot. .* | original | fine | rcu | percpu |$' first
	grep -q '^| .vm_object_lookup. | [0-9.]* | [0-9.]* | [0-9.]* | [0-9.]* |$' first
	# What is there is in the sum.
	awk -F "|" 'NR > 2 && NF { for (c = 3; c < 7; c++) if ($2 ~ /[*]all/) all[c] = $c; else sum[c] += $c }
		END { for (c = 3; c < 7; c++) if (all[c] < 50 || (all[c] - sum[c])^2 > 1) exit 1 }' first
}

# refuses_work WHY WORD...: status 64, and why on one line.
refuses_work() {
	run --separate-stderr "$VMRACE_BENCH" work "${@:2}"
	[ "$status" = 64 ]
	[ -z "$output" ]
	[[ ${stderr_lines[0]} == "vmrace-bench work: "*"$1"* ]]
	[[ ${stderr_lines[1]} == "Try "* ]]
}

@test "work that is asked for in words that mean nothing is refused" {
	for n in 10x 1.5 "" x K +5 " 5" 5KK; do
		refuses_work "N: \"$n\" is not a number" lookup_many rcu objects:16/table:157 "$n"
	done
	refuses_work "N: \"-5\" is not a number" -- lookup_many rcu objects:16/table:157 -5
	refuses_work "invalid option" lookup_many rcu objects:16/table:157 -5
	refuses_work "too many" lookup_many rcu objects:16/table:157 5 5
	refuses_work "all needed" lookup_many rcu 5
	for value in banana "" 1x -1 4294967296; do
		refuses_work "objects: \"$value\" is not a number" lookup_many rcu "objects:$value/table:157" 10
	done
	refuses_work "objects: must be at least 1" lookup_many rcu objects:0/table:157 10
	for args in "" objects /objects:1/table:157 objects:1/table:157/ objects:1//table:157; do
		refuses_work "\"$args\" is not AXIS:VALUE" lookup_many rcu "$args" 10
	done
	refuses_work "objects is there twice" lookup_many rcu objects:1/objects:2/table:157 10
	refuses_work 'has no axis "pages"' lookup_many rcu objects:1/table:157/pages:1 10
	refuses_work "needs table" lookup_many rcu objects:16 10
	refuses_work '"flat" is not a word for dist' lookup_many rcu objects:16/dist:flat/table:157 10
	# Tables are of two sizes, and without locks nothing comes or goes.
	refuses_work "rcu cannot be put to" lookup_many rcu objects:16/table:5 10
	refuses_work "unsynchronised cannot be put to" lookup_many unsynchronised objects:16/table:157/updates:1 10
	for args in objects:16/table:10007 objects:16/dist:zipf/table:157 table:157/objects:3/updates:0; do
		run "$VMRACE_BENCH" work lookup_many rcu "$args" 10
		[ "$status" = 0 ]
		[ "$output" = "10 operations" ]
	done
	run --separate-stderr "$VMRACE_BENCH" work page_churn rcu batch:64 10
	[ "$status" = 4 ]
	[[ $stderr == *"at most 63"* ]]
	run --separate-stderr "$VMRACE_BENCH" work --help
	[ "$status" = 0 ]
	[ -z "$stderr" ]
	[[ $output == "Usage: vmrace-bench work "*"OPERATION SUBJECT ARGS N"* ]]
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
	[[ ${stderr_lines[0]} == "vmrace: full/bench-list.json: "* ]]
}

@test "a file that may grow no further is told of, and the list of before stays" {
	mkdir out
	echo before >out/bench-list.json
	# A file may have one KiB: the list is longer.
	(ulimit -f 1 && exec "$VMRACE_BENCH" bench find_hot -s rcu -c 1 --length 4 --no-raise -o out) \
		>text 2>said </dev/null || status=$?
	[ "$status" = 4 ]
	[ "$(cat said)" = "vmrace: out/bench-list.json: File too large: it is not written" ]
	[ "$(cat out/bench-list.json)" = before ]
	[ "$(cd out && echo *)" = "bench-list.json bench.jsonl" ]
	[ ! -s text ]
	# There is room for the list, and for no record.
	truncate -s 1M out/bench.jsonl
	(ulimit -f 1024 && exec "$VMRACE_BENCH" bench find_hot -s rcu -c 1 --length 4 --no-raise -o out) \
		>text 2>said </dev/null || status=$?
	[ "$status" = 4 ]
	[ "$(cat said)" = "vmrace: -o: File too large: make room" ]
	[ "$(stat -c %s out/bench.jsonl)" = 1048576 ]
	[ "$("$VMRACE_BENCH" bench --list --json)" = "$(cat out/bench-list.json)" ]
}

@test "misuse is 64, in one line" {
	for words in "W99" "nonsense" "--tier tiny" "-s nobody" "-s busted" "-c 0" "-c 62" \
		"--length 0" "-n 0" "--measure speed" "--nonsense" "-o out --" "--json --" "-d 1 --" \
		"--measure latency --"; do
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
