#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# A replay comes to what the search came to, in whatever build: also run in the
# tsan and asan builds.

# shellcheck disable=SC2154 # bats sets status, output, lines
# shellcheck disable=SC2030,SC2031 # each test has a $verdict of its own
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || exit # reproducers go there
}

# A sanitizer's own file, of a process that has another's descriptor.
teardown() {
	[ -z "$(find . -name '.[0-9]*')" ]
}

search() {
	run --separate-stderr "$VMRACE_SEARCH" "$@"
}

# Numbers aside: failures that differ in no more are the same.
plain() {
	sed -E 's/[0-9]+/N/g' <<<"$1"
}

# unnamed: without who is stuck and where, which a story has names for.
unnamed() {
	plain "$1" | sed -E 's/(deadlock|livelock): .*/\1/'
}

# replayed STATUS: replays of $file, plain and told, have that status and end
# with $verdict.
replayed() {
	search replay "$file"
	[ "$status" = "$1" ]
	[ "$(plain "${lines[-1]}")" = "$(plain "$verdict")" ]
	search replay "$file" --explain
	[ "$status" = "$1" ]
	[ "$(unnamed "${lines[-1]}")" = "$(unnamed "$verdict")" ]
}

# hunted STATUS FAILURE WHAT [ARGUMENT...]: hunt WHAT: such a failure is found
# first, and its replays have that status and say the same of it.
hunted() {
	local expected=$1 failure=$2 found

	shift 2
	search hunt "$@" -j 1
	[ "$status" = 0 ]
	# shellcheck disable=SC2154 # bats sets it
	[[ "$stderr" != *Sanitizer* ]]
	found=$(sed -n 's/^  found *//p' <<<"$output" | head -n 1)
	[[ "$found" == "$failure"* ]]
	[[ "$output" != *" -> 0, 0, 0; "* ]]
	file=$(sed -n 's/^replay: .* replay \(.*\) --explain$/\1/p' <<<"$output" | head -n 1)
	verdict="verdict: violation !!!: $found"
	[ "$expected" = 1 ] || verdict="verdict: sanitizer report !!!: $found"
	replayed "$expected"
}

@test "what is sound stays sound" {
	verdict="verdict: sound: it does not fail here"
	while read -r strategy scenario schedule; do
		search explore "$scenario" -s "$strategy" -n 1 -j 1 \
			--scheduler replay --schedule "$schedule" --json
		[ "$status" = 0 ]
		hash=${output#*\"trace_hash\":\"}
		file=$strategy.vmr
		printf 'vmrace-replay 1\n%s -s %s\n%s\ntrace %s x\n' "$scenario" \
			"$strategy" "$schedule" "${hash:0:16}" >"$file"
		replayed 0
	done <<-'END'
		original fault.copy.page_clean 9:1
		fine lookup.fault 9:1
		rcu lookup.fault 9:1
		global collapse.copy 9:1
	END
}

@test "a violation stays that violation" {
	hunted 1 "invariant: a deposit or a payment is lost" account
	[[ "$output" == *"THE SWITCH THAT MATTERS"* ]]
	hunted 1 "deadlock: " inversion
	hunted 1 "" aba
}

@test "an assertion stays one where a race is near" {
	[[ $VMRACE_SANITIZE == *thread* ]] || skip "only ThreadSanitizer sees races"
	hunted 1 "assertion: " A1 --certify 100K
	[[ "$output" != *" race "* ]]
}

@test "a crash is replayed, and made small" {
	[[ $VMRACE_SANITIZE != *address* ]] || skip "a report comes first"
	hunted 1 "crash: killed by signal 11" A6
}

@test "a race is replayed as that race" {
	[[ $VMRACE_SANITIZE == *thread* ]] || skip "only ThreadSanitizer sees races"
	hunted 66 "data race: " collapse.copy -s busted
	hunted 66 "data race: " lookup.deallocate -s busted
	[[ "$verdict" != *" in  ("* ]]
	# A kernel's, by its own functions, who frees among them.
	hunted 66 "data race: " rcu.leak
	[[ "$verdict" == *" in leak_task (rcu_memory.c:"* ]]
	[[ "$verdict" == *" in leak_reclaim (rcu_memory.c:"* ]]
}
