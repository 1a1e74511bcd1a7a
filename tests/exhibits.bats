#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Each of the original's flagship defects, given back, is found by the drivers
# that hunt it, with the original's locks and delays from the seed.  That they
# are not found when repaired is what every other stress row says.

found() {
	run "$VMRACE_STRESS" stress --as-found "$1" -s original -c 4 -d 60 --perturb
	[ "$status" = 1 ]
	[[ $output == *"verdict: violation"*"$2"* ]]
}

@test "A1: trim uses what it no longer holds" { found A1 "sooo confused"; }
@test "A6: a pager outlives its object's hash entry" { found A6 ""; }
@test "A9: a file's object is lent the internal flag" { found A9 "copy:"; }
@test "C2: the end of paging wakes nobody" { found C2 "watchdog"; }
@test "C7: a busy page is removed" { found C7 ""; }
@test "D1: a chain is spliced before it is joined" { found D1 "copy:"; }
@test "D2: a copy is made of a page in flight" { found D2 "copy:"; }
@test "E1: collapse meets a copy object" { found E1 "collapsed a copy-object"; }
@test "E2: paging offsets are added up" { found E2 "chain:"; }
@test "F1: a heap grows over paging in progress" { found F1 "heap"; }
@test "G1: page flags share a word" { found G1 ""; }
@test "G2: a page is freed after it is stored to" { found G2 "stored"; }
