#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# What somebody at a terminal sees: the progress line, what is left of it, and
# ^C.  script(1) is the terminal.

# shellcheck disable=SC2030,SC2031 # each test has $status and $output of its own
bats_require_minimum_version 1.5.0

ERASE=$'\r\033[K'

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR TERM=xterm
	cd "$BATS_TEST_TMPDIR" || return
	ln -s "$VMRACE_STRESS" vmrace
	ln -s "$VMRACE_SEARCH" search
}

# seen COMMAND: all that the terminal gets, in $output.
seen() {
	run script -qefc "$1" /dev/null </dev/null
}

# left: the lines that stay, of what the terminal got.
left() {
	tr -d '\000' <<<"$output" | sed "s/\r\$//; s/.*\r\x1b\[K//"
}

@test "a line tells what is under way, and is gone before the result" {
	seen "./vmrace stress deallocate,empty -d 4 -c 2"
	[ "$status" = 0 ]
	[[ $output == *"${ERASE}row 1 of 2: deallocate, fine: 0 s, 4 left; 0 operations, 0 met"* ]]
	[[ $output == *"${ERASE}row 1 of 2: deallocate, fine: "[1-9]" s, "[0-3]" left; "[1-9]*" operations, "[1-9]*" met"* ]]
	[[ $output == *"${ERASE}row 2 of 2: empty, fine: "* ]]
	[ "$(left | sed 's/[ =].*//' | xargs)" = "stress verdict: stress verdict: verdict:" ]
	[ "$(left | grep -c '^  operations  [1-9]')" = 2 ]
	[ "$(left | grep -c '^row')" = 0 ]
}

@test "run, too" {
	seen "./vmrace run make -s fine,rcu -c 1 -d 4"
	[ "$status" = 0 ]
	[[ $output == *"${ERASE}run 2 of 2: rcu -c 1: "[1-9]*" events"* ]]
	[ "$(left | grep -c '^run [0-9]')" = 0 ]
	[ "$(left | grep -c '^  events  *[1-9]')" = 2 ]
}

@test "a hunt tells how fast it is, and what it has found" {
	seen "stty cols 200; ./search hunt account,bench.locks -d 2 -j 1"
	[ "$status" = 0 ]
	[[ $output == *"${ERASE}1 found; row 2 of 2: bench.locks: "[1-9]" s; "[1-9]*" executions/s, "*[1-9]*" M points/s"* ]]
	[ "$(left | grep -c 'found; row')" = 0 ]
}

@test "no wider than the terminal" {
	seen "stty cols 30; ./vmrace stress deallocate -d 0.5"
	[ "$status" = 0 ]
	[[ $output == *"${ERASE}row 1 of 1: deallocate, fine:"$'\r'* ]]
}

@test "nothing of it where there is no terminal" {
	./vmrace stress deallocate -d 1.2 >out 2>err </dev/null
	[ ! -s err ]
	run ! grep -q $'\033' out
	seen "./vmrace stress deallocate -d 1.2 2>err"
	[ ! -s err ]
	[[ $output != *$'\033'* ]]
	seen "TERM=dumb ./vmrace stress deallocate -d 0.2"
	[[ $output != *$'\033'* ]]
}

@test "it stays on stderr when records go to stdout" {
	seen "./vmrace stress deallocate,empty -d 0.5 --json >out"
	[ "$status" = 0 ]
	[[ $output == *"${ERASE}row 2 of 2: "* ]]
	[ "$(grep -c '^{.*}$' out)" = 2 ]
	run ! grep -q $'\033' out
	# Both on the terminal: no record has a piece of the line in it.
	seen "./vmrace stress deallocate,empty -d 0.5 --json"
	[ "$(left | grep -c '^{.*}$')" = 2 ]
}

# interrupt WORD...: ^C after a second; in $status and the file out.
interrupt() {
	local child

	./vmrace "$@" >out 2>err </dev/null &
	child=$!
	until [ -s out ] || [ -s err ]; do sleep 0.1; done
	sleep 1
	kill -INT "$child"
	status=0
	wait "$child" || status=$?
}

@test "^C: the row says so, the last line that it is the verdict so far, 130" {
	interrupt stress deallocate -d 60
	[ "$status" = 130 ]
	[ "$(tail -n 1 out)" = "verdict: sound: so far: interrupted" ]
	grep -q '^  operations  [1-9]' out
	interrupt stress all -s all -d 60
	[ "$status" = 130 ]
	[ "$(grep -c '^stress ' out)" = 1 ]
	[ "$(grep '^verdict' out | head -n 1)" = "verdict: sound: so far: interrupted" ]
	[[ "$(tail -n 1 out)" == "verdict: sound: so far: interrupted: the worst of 1 of "*" rows" ]]
	interrupt run make -s all -c 1,2 -d 60
	[ "$status" = 130 ]
	[[ "$(tail -n 1 out)" == "verdict: "*": so far: interrupted: the worst of 1 of 10 runs" ]]
}

@test "^C after some rows keeps theirs" {
	./vmrace stress empty,deallocate -s fine,rcu -d 3 -o records >out </dev/null &
	child=$!
	until [ -s records/stress.jsonl ]; do sleep 0.1; done
	kill -INT "$child"
	status=0
	wait "$child" || status=$?
	[ "$status" = 130 ]
	[ "$(grep -c '^{.*}$' records/stress.jsonl)" = 2 ]
	[ "$(grep -c '"interrupted":false' records/stress.jsonl)" = 1 ]
	[[ "$(tail -n 1 out)" == *"the worst of 2 of 4 rows" ]]
}

@test "^C while busted is being convicted ends that, too" {
	interrupt stress shootdown -s busted -c 1 --no-daemon -d 60
	[ "$status" = 130 ]
	[[ "$(tail -n 1 out)" == *"so far: interrupted"* ]]
}

@test "^C on a terminal, where everybody gets it" {
	mkfifo keys
	script -qefc "./vmrace stress deallocate -d 60" typescript <keys >out &
	child=$!
	exec 9>keys
	until grep -aq 'row 1 of 1' out; do sleep 0.1; done
	printf '\003' >&9
	status=0
	wait "$child" || status=$?
	exec 9>&-
	[ "$status" = 130 ]
	output=$(<out)
	[ "$(left | tail -n 1)" = "verdict: sound: so far: interrupted" ] ||
		[[ "$(left | tail -n 1)" == "verdict: not exposed: "*"; so far: interrupted" ]]
}

# A hunt that fails at once, by its seed, and then has much to certify.
HUNT="hunt safestack -r 1146503 -j 1 --certify 1000000M -o"

# hunted: with this $status and what it said in the file said, it has lost
# nothing and left nobody behind.
hunted() {
	[ "$status" = 130 ]
	run ! pgrep -f "$BATS_TEST_TMPDIR/kept"
	grep -q '^  not certified: interrupted' said
	[ "$(tail -n 1 said)" = "verdict: violation, as expected: so far: interrupted" ]
	[ "$(wc -l <kept/hunt.jsonl)" = 1 ]
	/usr/bin/python3 - <<-'END'
		import json, os
		row = json.load(open("kept/hunt.jsonl"))
		assert row["interrupted"] and row["note"].endswith("; so far: interrupted")
		assert row["found"]["verdict"] == "assertion"
		assert row["shrunk"]["certificate"].startswith("not certified: interrupted")
		assert row["reproducer_bytes"] == os.path.getsize(row["reproducer"])
	END
	run ./search replay kept/safestack-assertion-*.vmr
	[ "$status" = 1 ]
	[[ $output == *"verdict: violation !!!: assertion: "* ]]
}

@test "^C while a failure is shrunk and certified keeps it" {
	mkfifo keys
	script -qefc "./search $HUNT $BATS_TEST_TMPDIR/kept" typescript <keys >out &
	child=$!
	exec 9>keys
	until grep -aq ': shrinking' out; do sleep 0.1; done
	sleep 1
	printf '\003' >&9
	status=0
	wait "$child" || status=$?
	exec 9>&-
	output=$(<out)
	left >said
	hunted
}

@test "a signal to the hunt alone, too, and nobody goes on without it" {
	# shellcheck disable=SC2086 # words
	./search $HUNT "$BATS_TEST_TMPDIR/kept" >said 2>err </dev/null &
	child=$!
	until [ -s said ]; do sleep 0.1; done
	sleep 2
	kill -TERM "$child"
	status=0
	wait "$child" || status=$?
	hunted
	[ ! -s err ]
}

# killed COMMAND...: and with it all that had its directory among their words
killed() {
	./search "$@" -o "$BATS_TEST_TMPDIR/kept" >said 2>err </dev/null &
	child=$!
	until [ -s said ]; do sleep 0.1; done
	sleep 1
	kill -KILL "$child"
	wait "$child" || true
	# A process that is killed is there for a moment yet.
	for _ in {1..100}; do
		pgrep -f "$BATS_TEST_TMPDIR/kept" >/dev/null || return 0
		sleep 0.1
	done
	false
}

@test "nor does anybody without a hunt or a search that is killed" {
	# shellcheck disable=SC2086 # words
	killed ${HUNT% -o}
	killed explore safestack --scheduler pct -d 60
}
