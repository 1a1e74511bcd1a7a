#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# `vmrace explore`: what it says, what it exits with, and that a seed means the
# same execution in every process and every build.  Also run in the tsan and
# asan builds.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || exit # reproducers go there
}

explore() {
	run --separate-stderr "$VMRACE_SEARCH" explore "$@"
}

# Each line on stdin, WORDS|WHY, is misuse, and its one line says why.
refused() {
	while IFS='|' read -r words why; do
		# shellcheck disable=SC2086
		explore $words
		[ "$status" = 64 ] || return
		[ "$output" = "" ] || return
		# shellcheck disable=SC2154 # bats sets it
		[ "${stderr%%$'\n'*}" = "vmrace explore: $why" ] || return
	done
}

# hash ARGUMENT...: of all executions together.
hash() {
	"$VMRACE_SEARCH" explore "$@" --json 2>/dev/null |
		sed 's/.*"trace_hash":"\([0-9a-f]*\)","wall_s.*/\1/'
}

@test "a row is its identity, what was done, and the verdict" {
	explore bench.locks -n 100 -j 1
	[ "$status" = 0 ]
	[[ ${lines[0]} == "explore scenario=bench.locks "*" seed=1 runs=100 "* ]]
	[[ ${lines[1]} == *"executions  100 in "*" 63.0 points each"* ]]
	[ "${lines[-1]}" = "verdict: sound" ]
}

@test "a failure is repeated by its replay line, and by its schedule" {
	# Given back, E1 is a data race, too, which ThreadSanitizer sees first.
	expected=1 what="violation !!!: assertion: panic: vm_object_collapse: "
	if [[ $VMRACE_SANITIZE == *thread* ]]; then
		expected=66 what="sanitizer report !!!: data race: "
	fi
	explore collapse.copy -s original --as-found E1 --stop -j 1
	[ "$status" = "$expected" ]
	[[ ${lines[-1]} == "verdict: $what"* ]]
	line=$(grep '^replay: ' <<<"$output")
	schedule=$(sed -n 's/^ *schedule //p' <<<"$output")
	run "-$expected" --separate-stderr eval "\"\$VMRACE_SEARCH\" ${line#replay: ./vmrace}"
	[[ ${lines[-1]} == "verdict: $what"* ]]
	explore collapse.copy -s original --as-found E1 --scheduler replay --schedule "$schedule"
	[ "$status" = "$expected" ]
	explore collapse.copy -s original --scheduler replay --schedule "$schedule"
	[ "$status" = 0 ]
}

@test "what no file could be written of is repeated under the same limit" {
	[ -z "$VMRACE_SANITIZE" ] || skip "the same in every build"
	mkdir gone
	(
		cd gone || exit
		rmdir ../gone
		"$VMRACE_SEARCH" explore account -n 1 -j 1 --steps 4 >"$BATS_TEST_TMPDIR/said" 2>"$BATS_TEST_TMPDIR/why"
	) || true
	[ "$(tail -n 1 said)" = "verdict: violation !!!: step limit: $(sed -n 's/^  step limit x1: //p' said)" ]
	line=$(sed -n 's/^replay: //p' said)
	[[ $line == "./vmrace explore account --scheduler random -r 1 -n 1 -j 1 --steps 4" ]]
	run -1 --separate-stderr eval "\"\$VMRACE_SEARCH\" ${line#./vmrace}"
	[ "${lines[-1]}" = "$(tail -n 1 said)" ]
}

# failures ARGUMENT...: a line for each execution that fails, in order of the words.
failures() {
	"$VMRACE_SEARCH" explore "$@" -j 1 --json 2>/dev/null | /usr/bin/python3 -c '
import json, sys
for found in json.load(sys.stdin)["found"]:
    print(f"{found['"'verdict'"']}: {found['"'text'"']}\n" * found["count"], end="")' | sort
}

@test "a seed's verdict is its own, whoever ran before" {
	[[ $VMRACE_SANITIZE == *thread* ]] || skip "only ThreadSanitizer sees races"
	while read -r scenario defect first last least; do
		what=("$scenario" -s original --as-found "$defect")
		[ "$defect" != - ] || what=("$scenario" -s busted)
		together=$(failures "${what[@]}" -r "$first" -n $((last - first + 1)))
		alone=$(for ((seed = first; seed <= last; seed++)); do
			failures "${what[@]}" -r "$seed" -n 1
		done | sort)
		diff <(echo "$together") <(echo "$alone")
		[ "$(wc -l <<<"$alone")" -ge "$least" ]
	done <<-'END'
		collapse.copy E1 1 30 10
		cache_trim.cache_trim A1 5 14 2
		deallocate.cache_trim A1 5 10 1
		collapse.copy - 1 8 8
	END
}

@test "a lost wake-up of the VM is a deadlock" {
	explore fault.page_clean -s original --as-found C2 --stop
	[ "$status" = 1 ]
	[[ ${lines[-1]} == "verdict: violation !!!: deadlock: "*" WAIT "* ]]
}

@test "a seed is the same execution in every process and build" {
	# Kernels: only the scheduler and the words decide these.
	while read -r scheduler expected; do
		found=$(hash safestack -n 2000 -j 1 --scheduler "$scheduler")
		[ "$found" = "$expected" ]
	done <<-'END'
		random 5c71531b867a2847
		pct 60804323a79dab32
		pos dd83112e1052ce58
		urw 8b853774906c8bea
		surw db25bb4361b5cd0e
	END
	for strategy in original rcu; do
		one=$(hash fault.copy.page_clean -s "$strategy" -n 1000 -j 1)
		[ -n "$one" ]
		[ "$one" = "$(hash fault.copy.page_clean -s "$strategy" -n 1000 -j 2)" ]
		[ "$one" = "$(setarch -R "$VMRACE_SEARCH" explore fault.copy.page_clean \
			-s "$strategy" -n 1000 --json 2>/dev/null |
			sed 's/.*"trace_hash":"\([0-9a-f]*\)","wall_s.*/\1/')" ]
	done
}

@test "every pair under every strategy is sound, each operation with something to do" {
	explore all -s all -n 300
	[ "$status" = 0 ]
	[[ ${lines[-1]} == "verdict: sound: the worst of "* ]]
}

@test "a defect that nothing comes to is not exposed, and counted" {
	explore copy.fault,collapse.fault -s fine --as-found E1 -n 400 -o out
	[ "$status" = 3 ]
	[ "${lines[-1]}" = "verdict: not exposed: the worst of 2 rows, 1 not exposed" ]
	[ "$(grep -c '^verdict: not exposed: E1: given back, and nothing came to where it is: ' <<<"$output")" = 1 ]
	[[ $(sed -n 1p out/explore.jsonl) == *'"came_up":[]'*'"verdict":"not exposed","status":3'* ]]
	[[ $(sed -n 2p out/explore.jsonl) == *'"operation":"fault","executions":400'*'"came_up":["E1"]'* ]]
}

@test "what is known to be wrong, and not found, is not sound" {
	[ -z "$VMRACE_SANITIZE" ] || skip "a sanitizer may find it"
	explore safestack -n 200 -j 1 -o out
	[ "$status" = 3 ]
	[ "${lines[-1]}" = "verdict: not exposed: known to be wrong, and not found: a cell can be owned twice, after six preemptions" ]
	[[ $(cat out/explore.jsonl) == *'"verdict":"not exposed","status":3'* ]]
	explore collapse.copy -s original --as-found E1 --scheduler replay --schedule ''
	[ "$status" = 3 ]
	[ "${lines[-1]}" = "verdict: not exposed: known to be wrong, and not found: E1, given back" ]
	# Which of the two says that none has so few preemptions.
	explore safestack --scheduler bound --bound 1
	[ "$status" = 0 ]
	explore collapse.copy -s original --scheduler replay --schedule ''
	[ "$status" = 0 ]
}

@test "an exhaustive search says when it is complete" {
	explore bench.locks --scheduler bound --bound 1
	[ "$status" = 0 ]
	[[ ${lines[1]} == *"executions  492 in "* ]]
	[ "${lines[-1]}" = "verdict: sound: complete: every schedule of at most 1 preemptions" ]
}

@test "an exhaustive search has no seed, and says where it was stopped" {
	[ -z "$VMRACE_SANITIZE" ] || skip "the same in every build"
	explore account --scheduler bound --stop -j 1
	[ "$status" = 1 ]
	[[ $output == *"  bound 0     2 schedules: none fails, certified"$'\n'"  space       bound 1: stopped after 2 schedules"$'\n'* ]]
	[[ $output == *"    first by bound, after 4 executions, "* ]]
	explore account --scheduler bound
	[[ $output == *"  space       14 schedules, all there are"* ]]
	explore account --scheduler dpor
	[[ $output == *"    first by dpor, after "* ]]
	explore account -n 100 -j 1
	[[ $output == *"    first by random, seed "*", after "* ]]
}

@test "the longest execution of a hunt may be the one that crashed" {
	[ -z "$VMRACE_SANITIZE" ] || skip "other crashes"
	run --separate-stderr "$VMRACE_SEARCH" hunt A6 -j 1
	[ "$status" = 0 ]
	# The very first one is.
	[[ ${lines[1]} == "  executions 1 in "* ]]
	longest=${lines[1]##*longest }
	[[ $output == *" turns, $longest -> "* ]]
}

@test "no line of the help is blank without reason" {
	[ -z "$VMRACE_SANITIZE" ] || skip "the same in every build"
	explore --help
	[ "$status" = 0 ]
	[ "$(grep -c '^ \+$' <<<"$output")" = 0 ]
}

@test "busted is convicted, and a crash costs one execution" {
	explore lookup.deallocate -s busted -n 2000 --stop
	[ "$status" = 1 ] || [ "$status" = 66 ]
	[[ $output == *"verdict: "*" !!!: "* ]]
}

@test "records are as their schema says" {
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null ||
		skip "python3-jsonschema is not installed"
	cd "$BATS_TEST_TMPDIR"
	explore bench.locks,inversion -n 500 --json -o out
	[ "$output" = "$(cat out/explore.jsonl)" ]
	"$VMRACE_HOME/analysis/check_records.py" out/explore.jsonl
}

@test "what cannot be is refused in one line" {
	while read -r words; do
		# shellcheck disable=SC2086
		explore $words
		[ "$status" = 64 ]
		[ "$output" = "" ]
	done <<-'END'
		nowhere
		bench.locks --scheduler chance
		bench.locks --scheduler random,bound
		bench.locks -s nobody
		bench.locks -d never
		bench.locks --as-found Z9
	END
	explore
	[ "$status" = 64 ]
}

@test "a schedule is refused for a task that is not there, and for its order" {
	[ -z "$VMRACE_SANITIZE" ] || skip "the same in every build"
	refused <<-'END'
		account --scheduler replay|--scheduler replay: which schedule? Add --schedule STEP:TASK,... ('': as is by default)
		account --scheduler replay --schedule 1:x|--schedule: "1:x" is not STEP:TASK,...
		account --scheduler replay --schedule 1:1,oops|--schedule: "1:1,oops" is not STEP:TASK,...
		account --scheduler replay --schedule 1:9|--schedule: 1:9: the tasks of account are 0 to 1
		reorder.3,lookup.copy --scheduler replay --schedule 1:2|--schedule: 1:2: the tasks of lookup.copy under fine are 0 to 1
		account --scheduler replay --schedule 2:1,2:0|--schedule: 2:0: its step is not behind that of 2:1
	END
}

@test "a schedule stands in the identity, and a turn that is not taken exposes nothing" {
	explore bench.locks --scheduler replay --schedule 0:1
	[ "$status" = 0 ]
	[[ ${lines[0]} == *" scheduler=replay schedule=0:1 "* ]]
	[ "${lines[-1]}" = "verdict: sound" ]
	explore bench.locks --scheduler replay --schedule ''
	[ "$status" = 0 ]
	[[ ${lines[0]} == *" scheduler=replay schedule='' "* ]]
	explore bench.locks --scheduler replay --schedule 0:1,500:1 -n 99 -j 2 -o out
	[ "$status" = 3 ]
	[ "${lines[-1]}" = "verdict: not exposed: 1 of 2 turns could not be taken" ]
	[[ $(cat out/explore.jsonl) == *'"schedule":"0:1,500:1"'* ]]
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null ||
		skip "python3-jsonschema is not installed"
	"$VMRACE_HOME/analysis/check_records.py" out/explore.jsonl
}

@test "an option that would do nothing is refused, with what would make sense" {
	[ -z "$VMRACE_SANITIZE" ] || skip "the same in every build"
	refused <<-'END'
		account --as-found E1|--as-found: account has no VM to give a defect back to: take collapse.copy, deallocate.collapse.copy
		collapse.copy,account --as-found E1|--as-found: account has no VM to give a defect back to: take collapse.copy, deallocate.collapse.copy
		account,aba -s fine|-s: none of these has a VM, which is what has a strategy: see "vmrace list scenarios"
		account --rcu lazy|--rcu: account uses no RCU: take a scenario of its own, such as rcu.remove
		lookup.copy -s fine,rcu --rcu lazy|--rcu: lookup.copy under fine uses no RCU: take -s rcu
		all -s global,fine --rcu lazy --as-found A6|--rcu: none of these uses RCU: take -s rcu
		account --schedule 1:1|--schedule is of scheduler replay: add --scheduler replay
		account --scheduler pos,urw --depth 3|--depth is of scheduler pct: add --scheduler pct
		account --scheduler dpor --bound 3|--bound is of scheduler bound: add --scheduler bound
		account --scheduler dpor -j 2|-j: dpor searches in one process
		account --scheduler replay -r 3|-r: replay draws nothing from a seed
	END
}

@test "of all, what has no place for an option is left out" {
	[ -z "$VMRACE_SANITIZE" ] || skip "the same in every build"
	explore all -s all --rcu lazy -n 1 -j 1 --json -o out
	rows=$(grep -c '"rcu":\["lazy"\]' out/explore.jsonl)
	[ "$rows" -gt 60 ]
	[ "$(grep -cE '"scenario":"rcu\.|"strategy":"(rcu|percpu)"' out/explore.jsonl)" = "$rows" ]
	explore all --as-found E1 -s fine -n 1 -j 1 --json
	[[ $output == *'"scenario":"collapse.copy"'* ]]
	[[ $output != *'"strategy":"none"'* ]]
	explore reorder.3,lookup.copy -s all -n 100 --json
	[ "${#lines[@]}" = 6 ]
}

@test "scenarios and schedulers are listed" {
	for list in scenarios schedulers; do
		run --separate-stderr "$VMRACE_SEARCH" list "$list"
		[ "$status" = 0 ]
		[ "${#lines[@]}" -ge 7 ]
	done
	[[ $output == *"bound "*"[exhaustive]"* ]]
	[ "$(grep '^portfolio ' <<<"$output")" = "portfolio  all that draw, in turns of equal time" ]
	[ "$(grep -c '\[draws\]$' <<<"$output")" = 5 ]
	run --separate-stderr "$VMRACE_SEARCH" list schedulers portfolio
	[[ $output == *"turns    random, pct, pos, urw, surw" ]]
}

@test "each scenario says what it does, and whether something is wrong in it" {
	[ -z "$VMRACE_SANITIZE" ] || skip "the same in every build"
	run --separate-stderr "$VMRACE_SEARCH" list scenarios
	[ -z "$(cut -d " " -f 2- <<<"$output" | sed 's/ *\[.*//; s/^ *//' | sort | uniq -d)" ]
	[[ $output == *"fault.cache_trim"*" one CPU writes a page of the file through a mapping and unmaps it; another empties the cache of persistent objects [vm]"* ]]
	[[ $output == *"lookup.lookup"*" each of 2 CPUs finds the file's object by its pager and lets go of it [vm]"* ]]
	[[ $output == *"store.pageout "*" [vm] [interrupts]"* ]]
	explore all -n 1 --json
	while read -r name; do
		[[ $output != *"\"scenario\":\"$name\""* ]]
	done < <("$VMRACE_SEARCH" list scenarios | sed -n 's/ .*\[wrong\]$//p')
	[ "$("$VMRACE_SEARCH" list scenarios | grep -c '\[wrong\]$')" -ge 20 ]
}
