#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# `vmrace run`: what it prints, how it ends, and that each of its oracles speaks
# when its fault is planted.

bats_require_minimum_version 1.5.0
load pack

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR
	cd "$BATS_TEST_TMPDIR" || return
}

# vmrun WORD...: with no terminal, and stderr apart.
vmrun() {
	run --separate-stderr "$VMRACE_STRESS" run "$@" </dev/null
}

# number NAME: of the JSON object in $output.
number() {
	grep -o "\"$1\":[0-9.]*" <<<"$output" | head -n 1 | cut -d : -f 2
}

# ran: to its end, be it that on a busy host no two CPUs met.
ran() {
	[ "$status" = 0 ] || [ "$status" = 3 ]
}

@test "identity first, verdict last, and all strategies but busted" {
	vmrun make -s all -c 1,2
	[ "$status" = 0 ]
	[[ "${lines[0]}" == "run trace=make strategy=global cpus=1 copies=1 seed=1 "* ]]
	[[ "${lines[-1]}" == "verdict: sound: the worst of 10 runs" ]]
	[ "$(grep -c '^run trace=' <<<"$output")" = 10 ]
	[ "$(grep -c '^verdict: sound$' <<<"$output")" = 10 ]
	[ "$(grep -c '^run trace=.*busted' <<<"$output")" = 0 ]
	[ -z "$stderr" ]
}

@test "shipped traces replay whole" {
	for trace in make python shell; do
		vmrun "$trace" -c 2 -k 2 --verify --json
		[ "$status" = 0 ]
		[ "$(number events)" -gt 1000 ]
		# At most 0.5 % of the events.
		[ "$(($(number unreplayed) * 200))" -le "$(number events)" ]
		[ "$(number model_reads)" -gt 100 ]
	done
}

@test "half the frames: pages go out, come back, and read the same" {
	vmrun make -s fine,rcu -k 2 --verify --frames half --json
	[ "$status" = 0 ]
	[ "$(number pageouts)" -gt 0 ]
	[ "$(number peak_frames)" -le "$(number frames)" ]
}

@test "-d repeats on the same files, and the cache is for that" {
	vmrun shell -d 1 --json
	[ "$status" = 0 ]
	[ "$(number repetitions)" -gt 1 ]
	[ "$(number cache_revivals)" -gt 0 ]
}

@test "-d: the first repetition is not timed, and another is" {
	vmrun shell -d 0.001 --json
	[ "$status" = 0 ]
	[ "$(number repetitions)" -gt 1 ]
	[ "$(number warmup_events)" -gt 0 ]
	[ "$(($(number warmup_events) * 2))" -le "$(number events)" ]
	[ "$(number warmup_ns)" -lt "$(number wall_ns)" ]
	vmrun shell --json
	[ "$(number warmup_ns)" = 0 ]
}

@test "what is timed says in which regime it was" {
	vmrun shell -s fine -c 2 -k 8 --json
	[[ "$output" != *'"regime":'* ]]
	for option in "-d 0.1" --yardstick --regime "--rounds 1"; do
		# shellcheck disable=SC2086 # words
		vmrun shell -s fine -c 2 -k 8 $option --json
		ran
		[[ "$output" =~ '"regime":"'(single|near|far|mixed|"not admitted")'"' ]]
		for name in pingpong_ns_before pingpong_ns_after disjoint_ratio; do
			[[ "$output" == *"\"$name\":"* ]]
		done
	done
	vmrun shell -s fine -c 2 -k 8 -d 0.1
	[[ "$output" == *$'\n  regime      '* ]]
}

@test "one CPU to run on is a regime of its own" {
	cpu=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
	run --separate-stderr taskset -c "$cpu" "$VMRACE_STRESS" run shell \
		-s fine -c 1,2 -k 8 --rounds 2 --json
	ran
	[ "$(grep -c '"regime":"single","pingpong_ns_before":null' <<<"$output")" = 4 ]
	[[ "$stderr" == *"fine            1  single    2  "* ]]
	run --separate-stderr taskset -c "$cpu" "$VMRACE_STRESS" run shell \
		-s fine -c 2 -k 8 --regime
	ran
	[[ "$output" == *"regime      single: "* ]]
}

@test "rounds: identities first, a row a run, a table, the worst verdict" {
	vmrun shell -s fine,rcu -c 1,2 -k 8 --rounds 3
	ran
	[ "$(grep -c '^run trace=shell ' <<<"$output")" = 4 ]
	[[ "${lines[3]}" == "run trace=shell strategy=rcu cpus=2 "* ]]
	[ "$(grep -c '^ *3  rcu  *2  ' <<<"$output")" = 1 ]
	[ "$(grep -cE '^ *[123]  (fine|rcu)  *[12]  ' <<<"$output")" = 12 ]
	[[ "$output" == *"  strategy     CPUs  regime "* ]]
	[[ "${lines[-1]}" == "verdict: "*": the worst of 12 runs" ]]
	vmrun shell -s fine,rcu -c 1 --rounds 2 --json
	[ "$status" = 0 ]
	[ "${#lines[@]}" = 4 ]
	[ "$(grep -c '"round":2,' <<<"$output")" = 2 ]
	vmrun shell -s fine -c 1 --rounds 2 --plant leak
	[ "$status" = 1 ]
	[ "$(grep -c '^replay: ' <<<"$output")" = 2 ]
	[[ "$output" == *"left out: 2 runs, not sound"* ]]
}

@test "one object a run, on stdout and in the directory, text on stderr" {
	vmrun shell -s global,fine -c 1 --json -o 'a dir'
	[ "$status" = 0 ]
	[ "${#lines[@]}" = 2 ]
	[[ "${lines[0]}" == '{"schema":1,'*'"strategy":"global"'*'}' ]]
	[[ "${lines[1]}" == *'"strategy":"fine"'*'"verdict":"sound"'* ]]
	for name in trace cpus copies seed frames events wall_ns events_per_s \
		overlap_share faults object_collapses ipis shootdowns sleeps \
		unreplayed_no_mapping allocator sanitizer compiler; do
		[[ "${lines[0]}" == *"\"$name\":"* ]]
	done
	diff 'a dir/runs.jsonl' - <<<"$output"
	vmrun shell -s global -c 1 -o 'a dir'
	[ "$(wc -l <'a dir/runs.jsonl')" = 3 ]
}

@test "a full disk costs no result" {
	mkdir full
	ln -s /dev/full full/runs.jsonl
	vmrun shell -s fine -c 1 -o full
	[ "$status" = 4 ]
	[[ "$output" == *"verdict: sound"* ]]
	[[ "$stderr" == *"No space left"* ]]
	vmrun shell -c 1 -o /proc/none
	[ "$status" = 4 ]
}

@test "misuse" {
	for words in "" "make -s nobody" "make -c 0" "make -c x" "make -c 64" \
		"make -k 0" "make --frames 0" "make --frames 5%%" "make -d -1" \
		"make -d 5x" "make --quantum 0" "make --rounds 0" "make --shootdown loud" \
		"make shell" "make --nothing" "make -r 1x" \
		"make --plant tree"; do
		# shellcheck disable=SC2086 # words
		vmrun $words
		[ "$status" = 64 ]
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
}

@test "a trace that is not one: one line, status 4" {
	: >empty
	head -c 5000 "$VMRACE_HOME/stress/traces/make.vmt.zst" >short
	pack odd <<<'r 7 1000'
	for trace in empty short odd missing.vmt.zst .; do
		vmrun "$trace"
		[ "$status" = 4 ]
		[ -z "$output" ]
		# shellcheck disable=SC2154 # bats sets it
		[ "${#stderr_lines[@]}" = 1 ]
	done
}

@test "a trace whose path has a space, and whose replay line works" {
	pack 'my trace.zst' <<-'END'
		m 0 10000 4000 3 p
		w 0 10000
		r 0 10000
	END
	vmrun 'my trace.zst' -c 1 --verify
	[ "$status" = 0 ]
	vmrun 'my trace.zst' -c 1 --verify --plant leak
	[ "$status" = 1 ]
	[[ "$output" == *"replay: ./vmrace run 'my trace.zst' -s fine -c 1 "* ]]
}

@test "what cannot be replayed is counted by its reason" {
	pack t <<-'END'
		m 0 10000 4000 3 p
		p 0 12000 1000 1
		w 0 10000
		w 0 12000
		r 0 20000
		r 0 20000
		F 0 1
		e 1
		r 1 10000
		u 0 30000 1000
	END
	vmrun t -c 1 --json
	[ "$status" = 0 ]
	[ "$(number unreplayed_no_mapping)" = 2 ]
	[ "$(number unreplayed_protection)" = 1 ]
	[ "$(number unreplayed_odd_task)" = 1 ]
	[ "$(number unreplayed)" = 4 ]
}

@test "threads, vfork, exec and files keep the trace's order" {
	pack t <<-'END'
		file 0 3000 lib
		m 0 10000 8000 3 p
		m 0 40000 3000 3 s 0 0
		m 0 50000 3000 3 p 0 0
		T 0 1
		w 1 10000
		w 0 11000
		w 1 40000
		r 0 50000
		u 1 12000 1000
		w 0 41000
		m 0 12000 1000 3 p
		w 1 12000
		F 1 2
		r 2 12000
		w 2 11000
		e 1
		V 0 3
		w 3 10000
		x 3
		m 3 10000 1000 3 p
		r 3 10000
		w 0 10000
		R 0 10000 2000 90000 4000
		r 0 90000
		w 0 93000
		a 0 90000 1000
		r 0 90000
		b 0 a0000 a3000
		w 0 a2000
		b 0 a3000 a1000
		e 3
		e 2
	END
	for strategy in global original fine rcu percpu; do
		vmrun t -s "$strategy" -c 2 -k 20 -d 1 --verify --quantum 1 --json
		[ "$status" = 0 ]
		[ "$(number unreplayed)" = 0 ]
	done
}

@test "nothing met, nothing exposed" {
	pack t <<<'m 0 10000 1000 3 p'
	vmrun t -c 2
	[ "$status" = 3 ]
	[[ "${lines[-1]}" == "verdict: not exposed: "* ]]
}

@test "the memory model finds a wrong value" {
	vmrun shell -c 1 --verify --plant wrong-value
	[ "$status" = 1 ]
	[[ "$stderr" == *"!!! violation: memory model: task "*"expected 0x"*", found 0x"* ]]
	[[ "${lines[-1]}" == "verdict: violation !!!: "* ]]
	# What the replay line says does it again.
	replay=$(sed -n 's|^replay: ./vmrace run ||p' <<<"$output")
	# shellcheck disable=SC2086 # words
	vmrun $replay
	[ "$status" = 1 ]
	[[ "$stderr" == *"memory model"* ]]
}

@test "a refusal of what is mapped is found" {
	vmrun shell -c 1 --plant refusal
	[ "$status" = 1 ]
	[[ "$stderr" == *"!!! violation: fault: task "*"expected success"* ]]
}

@test "the leak census finds a space that was not freed" {
	vmrun shell -c 1 --plant leak
	[ "$status" = 1 ]
	[[ "${lines[-1]}" == *"leak census: expected nothing left, found "*" 1 maps"* ]]
}

@test "the watchdog tells who sleeps and where each CPU is" {
	vmrun shell -c 1 --plant hang --watchdog 1
	[ "$status" = 1 ]
	[[ "$stderr" == *"!!! watchdog: no event has finished"* ]]
	[[ "$stderr" == *"cpu 0: idle"* ]]
	[[ "$stderr" == *"stuck: thread "*" (sh) waits for event 0x"*" (plant_event), and nobody is left"* ]]
	[[ "$stderr" == *"task 0 ("*"event "* ]]
	[[ "${lines[-1]}" == "verdict: violation !!!: watchdog: stuck: thread "* ]]
}

@test "the crash of one run is a verdict on that one only" {
	vmrun shell -s global,fine -c 1 --plant crash
	[ "$status" = 1 ]
	[ "$(grep -c '^verdict: violation !!!: killed by signal 9' <<<"$output")" = 2 ]
	[ "$(grep -c '^replay: ' <<<"$output")" = 2 ]
}

@test "^C: the verdict so far, then 130" {
	"$VMRACE_STRESS" run make -c 2 -d 60 >out 2>err &
	pid=$!
	for _ in {1..100}; do
		[ -s out ] && break
		sleep 0.1
	done
	sleep 1
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" = 130 ]
	[ "$(tail -n 1 out)" = "verdict: sound: so far: interrupted" ]
}

@test "the live kernel's yardstick" {
	vmrun shell -c 1 --yardstick --json
	[ "$status" = 0 ]
	[ "$(number kernel_faults_per_s | cut -d . -f 1)" -gt 1000 ]
}

@test "list" {
	run --separate-stderr "$VMRACE_STRESS" list strategies
	[ "$status" = 0 ]
	[[ "$output" == *"fine "*"rcu "*"busted "* ]]
	run --separate-stderr "$VMRACE_STRESS" list --json
	[[ "$output" == *'"shootdowns"'* ]]
	run --separate-stderr "$VMRACE_STRESS" list cabbages
	[ "$status" = 64 ]
	run --separate-stderr "$VMRACE_STRESS" frobnicate
	[ "$status" = 64 ]
}
