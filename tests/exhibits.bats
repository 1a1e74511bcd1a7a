#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Each of the original's flagship defects, given back, is found by a driver that
# hunts it, with the original's locks and delays from the seed, by the oracle or the
# report that it is expected of; and the same command without it is sound.  A defect
# may show in another way first: that is printed, and the next of five seeds has its
# turn.  How long they take on a machine of their own is in docs/exhibits.md.

bats_require_minimum_version 1.5.0

SEEDS=5
SEED_S=30

# convicted SIGN WORD...: some seed makes a row a violation whose note is like SIGN.
convicted() {
	local number='(0x)?[0-9a-f]+' sign seed
	sign="^verdict: violation !!!: ${1//N/$number}"
	shift
	for ((seed = 1; seed <= SEEDS; seed++)); do
		run "$@" -r "$seed" -d "$SEED_S"
		printf '%s\n' "$output" | grep -E '^verdict: '
		if grep -Eq '^verdict: violation' <<<"$output"; then
			[ "$status" = 1 ] || return 1
		else
			[ "$status" = 0 ] || [ "$status" = 3 ] || return 1
		fi
		! grep -Eq "$sign" <<<"$output" || return 0
	done
	echo "no seed of $SEEDS, ${SEED_S} s each, says: $sign"
	return 1
}

# found ID DRIVER SIGN [OPTION...]: it is, with these options, too; the control is
# sound.
found() {
	local command=("$VMRACE_STRESS" stress "$2" -s original -c 4 --perturb)
	convicted "$3" "${command[@]}" --as-found "$1" "${@:4}"
	run "${command[@]}" -d 1
	[ "$status" != 3 ] || run "${command[@]}" -d 10
	[ "$status" = 0 ]
	[ "${lines[-1]}" = "verdict: sound" ]
}

# What a driver's own oracle says, first of so many.
wrong() {
	echo "N violations?, the first: violation: $1: actor N, round N: $2"
}

copied=$(wrong copy '(torn snapshot: page 0 says N, page N N, page N N|page N of a copy changed from N to N)')

@test "A1: trim uses what it no longer holds" {
	found A1 cache "panic: vm_object_deactivate: I'm sooo confused"
}
@test "A6: a pager outlives its object's hash entry" {
	found A6 lookup 'killed by signal 11 '
}
@test "A9: a file's object is lent the internal flag" { found A9 copy "$copied"; }
@test "C2: the end of paging wakes nobody" {
	found C2 clean 'watchdog: stuck: .* waits for paging in object N .0 in progress. .vm_object_paging_wait., and nobody is left' \
		--watchdog 5
}
@test "C7: a busy page is removed" {
	found C7 remove 'N violations?, the first: violation: (frame N: expected in use, found freed twice|I8: frame N on the active queue is nobody.s)'
}
@test "D1: a chain is spliced before it is joined" { found D1 copy "$copied"; }
@test "D2: a copy is made of a page in flight" { found D2 copy "$copied"; }
@test "E1: collapse meets a copy object" {
	found E1 collapse 'panic: vm_object_collapse: we collapsed a copy-object'
}
@test "E2: paging offsets are added up" {
	found E2 chain "$(wrong chain 'page N: stored N, found N')"
}
@test "F1: a heap grows over paging in progress" {
	found F1 coalesce "$(wrong coalesce 'page N of a (grown heap: expected|heap: stored) N, found N')"
}
# The page is on one queue and says another.
@test "G1: page flags share a word" {
	found G1 pageout '(panic: vm_page_activate: already active|killed by signal 11 |violation: frame N: expected (in use, found freed|free, found allocated) twice|N violations?, the first: violation: I8: N pages on the (in)?active queue, counted N)'
}
@test "G2: a page is freed after it is stored to" {
	found G2 pageout "$(wrong pageout 'page N: stored N, found N')"
}

@test "without a driver, those that hunt it are taken" {
	run "$VMRACE_STRESS" stress --as-found E2,F1 -d 0.1
	[ "$(sed -n 's/^stress driver=\([a-z]*\) .*/\1/p' <<<"$output")" = $'chain\ncoalesce' ]
	run --separate-stderr "$VMRACE_STRESS" stress
	[ "$status" = 64 ]
}
