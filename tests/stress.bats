#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# `vmrace stress`: rows, verdicts, exit statuses.

load exposed

setup() {
	stress=("$VMRACE_STRESS" stress)
	drivers=$("$VMRACE_STRESS" list drivers | awk '{ print $1 }' | paste -sd,)
	with_pairs=${drivers//,empty/}
}

@test "every driver is sound and exposed under every strategy" {
	local rows
	rows=$(($(wc -w <<<"${drivers//,/ }") * $("$VMRACE_STRESS" list strategies | grep -vc '^busted ')))
	exposed "-d 10" "$drivers" all -c 4 -d 0.3
	[ "$status" = 0 ]
	[ "$(grep -c '^verdict: sound$' <<<"$output")" = "$rows" ]
}

# unmet: each driver and pair of the rows on stdin that none of them has met.
unmet() {
	awk '
	/^stress driver=/ { driver = substr($2, 8) }
	/^  met / {
		rows++
		count = split(substr($0, 8), pairs, ";")
		for (i = 1; i <= count; i++) {
			split(pairs[i], words, " ")
			met[driver " " words[2] " " words[4]] += words[1]
		}
	}
	END {
		if (rows == 0)
			print "nothing"
		for (pair in met)
			if (met[pair] == 0)
				print pair
	}'
}

# What a busy host keeps from meeting at first has longer.
@test "every driver is sound with delays, and meets each of its pairs" {
	exposed "-d 10" "$drivers" fine,rcu -c 4 -d 0.7 --perturb
	[ "$status" = 0 ]
	left=$(unmet <<<"$output" | cut -d' ' -f1 | sort -u | paste -sd,)
	[ -n "$left" ] || return 0
	echo "again: $left"
	run "${stress[@]}" "$left" -s fine,rcu -c 4 -d 15 --perturb
	[ "$status" = 0 ]
	[ -z "$(unmet <<<"$output")" ]
}

@test "one CPU and no daemon expose nothing" {
	run "${stress[@]}" "$with_pairs" -c 1 --no-daemon -d 0.1
	[ "$status" = 3 ]
	[ "$(grep -c '^verdict: not exposed: no two' <<<"$output")" = \
		"$(tr ',' '\n' <<<"$with_pairs" | wc -l)" ]
}

@test "busted is convicted by every driver" {
	# Room for 50 trials of 0.2 s; the first or the second mostly convicts.
	run "${stress[@]}" "$with_pairs" -s busted -c 4 -d 10
	[ "$status" = 1 ]
	[ "$(grep -c '^verdict: violation !!!: .*; trial' <<<"$output")" = \
		"$(tr ',' '\n' <<<"$with_pairs" | wc -l)" ]
	[[ $output == *"replay: ./vmrace stress"* ]]
}

@test "the first line is the identity, and the seed is in it" {
	run "${stress[@]}" deallocate -r 7 -d 0.1 -c 2
	[[ ${lines[0]} == "stress driver=deallocate strategy=fine cpus=2 seed=7 "* ]]
}

@test "a canary needs a sanitizer, and is not one of all" {
	run "${stress[@]}" canary,canary-leak,canary-stack,canary-undefined -d 0.1
	[ "$status" = 3 ]
	[ "$(grep -c '^verdict: not exposed: this build has no sanitizer' <<<"$output")" = 4 ]
	run "${stress[@]}" all -n 1 -d 0.1
	[[ $output != *driver=canary* ]]
	[[ $drivers != *canary* ]]
}

# Three actors, one of them for the delays, each with a batch of 64 at most; and a
# round, where the second look at a row is the end of one.
@test "-n ends a row, but for the batches that have begun" {
	for driver in deallocate mixed empty; do
		run "${stress[@]}" "$driver" -n 5000 -d 60 -c 2 --perturb
		# So few may meet nothing.
		[ "$status" = 0 ] || [ "$status" = 3 ]
		operations=$(sed -n 's/^  operations  \([0-9]*\) in .*/\1/p' <<<"$output")
		[ "$operations" -ge 5000 ]
		[ "$operations" -le $((5000 + 2 * 3 * 64)) ]
	done
}

@test "the replay line is said once, with all that was asked for" {
	command="deallocate -s busted -c 4 -d 0.2 -n 100000 -r 5 --perturb --as-found A1 --frames 999 --cache-max 3 --swap-pages 99 --shootdown mach --swap-async --no-daemon --watchdog 7"
	# shellcheck disable=SC2086 # words
	run "${stress[@]}" ${command/-d 0.2/-d 10}
	[ "$status" = 1 ]
	[ "$(grep -c '^replay: ' <<<"$output")" = 1 ]
	said=$(sed -n 's/^replay: //p' <<<"$output")
	[[ $said =~ (.*)" -r "[0-9]+" "(.*) ]]
	[ "${BASH_REMATCH[1]} -r 5 ${BASH_REMATCH[2]}" = "./vmrace stress $command" ]
	# What it says is a command that says the same.
	# shellcheck disable=SC2086 # words
	run "${stress[@]}" ${said#./vmrace stress } -d 10
	[ "$(sed -n 's/^replay: //p' <<<"$output" | sed 's/ -r [0-9]* / -r 5 /')" = "./vmrace stress $command" ]
}

@test "--json writes an object a row, and -o keeps it" {
	run --separate-stderr "${stress[@]}" collapse,empty -d 0.1 --json -o "$BATS_TEST_TMPDIR/o"
	[ "$status" = 0 ] || [ "$status" = 3 ]
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} == *'"driver":"collapse"'*'"met":[{'* ]]
	[ "$(cat "$BATS_TEST_TMPDIR/o/stress.jsonl")" = "$output" ]
}

@test "-o makes what leads to its directory, or says which cannot be made" {
	run "${stress[@]}" empty -d 0.1 -o "$BATS_TEST_TMPDIR/p/q//r/"
	[ "$status" = 0 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/p/q/r/stress.jsonl")" = 1 ]
	touch "$BATS_TEST_TMPDIR/file"
	run "${stress[@]}" empty -d 0.1 -o "$BATS_TEST_TMPDIR/file/o/p"
	[ "$status" = 4 ]
	[ "${#lines[@]}" = 1 ]
	[[ $output == "vmrace: -o $BATS_TEST_TMPDIR/file/o/p: Not a directory: "* ]]
}

@test "records become a table of what was met" {
	local o=$BATS_TEST_TMPDIR/o/stress.jsonl
	[ -x /usr/bin/python3 ] || skip "python3 is not installed"
	run "${stress[@]}" deallocate,empty -s fine,rcu -d 0.2 -o "$BATS_TEST_TMPDIR/o"
	[ "$status" = 0 ] || [ "$status" = 3 ]
	run /usr/bin/python3 "$VMRACE_HOME/analysis/met_table.py" "$o" "$o"
	[ "$status" = 0 ]
	[[ $output == *"| driver | pair | fine | rcu |"* ]]
	[ "$(grep -Ec '^\| deallocate \| .* \| [*0-9,]+ / [*0-9,]+ \| [*0-9,]+ / [*0-9,]+ \|$' <<<"$output")" = 3 ]
}

@test "^C ends it with the verdict so far" {
	"${stress[@]}" deallocate -d 60 >"$BATS_TEST_TMPDIR/out" &
	local child=$! status=0
	sleep 1
	kill -INT "$child"
	wait "$child" || status=$?
	[ "$status" = 130 ]
	grep -Eqx 'verdict: (sound: |not exposed: .*; )so far: interrupted' "$BATS_TEST_TMPDIR/out"
}

# Its own watchdog is stopped with it.
@test "a trial whose process stops is a violation, with what it had found" {
	"${stress[@]}" deallocate -c 2 -d 600 --watchdog 5 >"$BATS_TEST_TMPDIR/out" 2>/dev/null &
	local parent=$! child status=0
	until child=$(pgrep -P "$parent"); do sleep 0.1; done
	sleep 4
	kill -STOP "$child"
	wait "$parent" || status=$?
	[ "$status" = 1 ]
	grep -qx 'verdict: violation !!!: watchdog: the trial stopped answering' "$BATS_TEST_TMPDIR/out"
	grep -qE '^  met +[1-9][0-9]* ' "$BATS_TEST_TMPDIR/out"
}

@test "what is not known is refused with one line" {
	run "${stress[@]}" nonsense
	[ "$status" = 64 ]
	[[ ${lines[0]} == *'no driver is named "nonsense"'* ]]
	run "${stress[@]}" deallocate -s nonsense
	[ "$status" = 64 ]
	run "${stress[@]}"
	[ "$status" = 64 ]
}

@test "a verdict that cannot be printed is not a success" {
	run bash -c '"$0" stress empty -d 0.1 >/dev/full' "$VMRACE_STRESS"
	[ "$status" = 4 ]
	[[ $output == *"vmrace: stdout: "* ]]
}
