#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Each of the original's flagship defects, given back, is found by a driver that
# hunts it, with the original's locks and delays from the seed.  That they are not
# found when repaired is what every other stress row says.

bats_require_minimum_version 1.5.0

# found ID DRIVER SIGN: the row is a violation, with that in its verdict.
found() {
	run "$VMRACE_STRESS" stress "$2" --as-found "$1" -s original -c 4 -d 60 --perturb \
		--watchdog 5
	[ "$status" = 1 ]
	[[ $output == *"verdict: violation"*"$3"* ]]
}

@test "A1: trim uses what it no longer holds" { found A1 cache "sooo confused"; }
@test "A6: a pager outlives its object's hash entry" { found A6 lookup ""; }
@test "A9: a file's object is lent the internal flag" { found A9 copy "copy:"; }
@test "C2: the end of paging wakes nobody" { found C2 clean "watchdog: stuck"; }
@test "C7: a busy page is removed" { found C7 remove ""; }
@test "D1: a chain is spliced before it is joined" { found D1 copy "copy:"; }
@test "D2: a copy is made of a page in flight" { found D2 copy "copy:"; }
@test "E1: collapse meets a copy object" { found E1 collapse "collapsed a copy-object"; }
@test "E2: paging offsets are added up" { found E2 chain ""; }
@test "F1: a heap grows over paging in progress" { found F1 coalesce "heap"; }
@test "G1: page flags share a word" { found G1 pageout ""; }
@test "G2: a page is freed after it is stored to" { found G2 pageout "stored"; }

@test "without a driver, those that hunt it are taken" {
	run "$VMRACE_STRESS" stress --as-found E2,F1 -d 0.1
	[ "$(sed -n 's/^stress driver=\([a-z]*\) .*/\1/p' <<<"$output")" = $'chain\ncoalesce' ]
	run --separate-stderr "$VMRACE_STRESS" stress
	[ "$status" = 64 ]
}
