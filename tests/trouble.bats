#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Trouble below the VM, and the driver `mixed`: each row ends with a clear
# verdict, whatever its pagers and its memory do.

bats_require_minimum_version 1.5.0
load exposed

setup() {
	stress=("$VMRACE_STRESS" stress)
	strategies=$("$VMRACE_STRESS" list strategies | awk '$1 != "busted"' | wc -l)
}

# How many rows ended with this verdict.
rows() {
	grep -Ec "^verdict: $1\$" <<<"$output" || true
}

# short FRAMES OPTION...: some rows run out of memory, and say so; who is lucky gets
# through.  If all are, they have longer.
short() {
	local out
	exposed "-d 15" mixed all -d 5 --frames "$@"
	[ "$status" != 0 ] || exposed "" mixed all -d 30 --frames "$@"
	[ "$status" = 4 ]
	out=$(rows "no memory: out of frames and swap \\($1 frames, [0-9]{1,2} wired\\): raise --frames")
	[ "$out" -gt 0 ]
	[ $((out + $(rows sound))) = "$strategies" ]
}

@test "a pager that fails every call refuses, and the VM stays sound" {
	exposed "-d 10" mixed all -d 0.5 --pager-fail get=1,put=1
	[ "$status" = 0 ]
	[ "$(rows sound)" = "$strategies" ]
	[[ $output == *" calls and accesses refused"* ]]
}

@test "writes that fail leave their pages dirty, or the memory runs out" {
	short 96 --pager-fail put=1
	exposed "-d 10" mixed all -d 0.5 --frames 96 --pager-fail put=0.5
	[ "$status" = 0 ]
}

@test "who waits for a pager that never completes is told when the time is up" {
	run "${stress[@]}" mixed -s all -d 0.5 --pager-fail get=1:never,put=1:never
	[ "$status" = 0 ] || [ "$status" = 3 ]
	[[ $output == *" requests never done"* ]]
	run "${stress[@]}" pageout -s all -d 0.5 --frames 96 --pend never
	[ "$status" = 0 ] || [ "$status" = 3 ]
	[[ $output != *violation* ]]
}

@test "nothing that moves is no violation if a pager was told never to complete" {
	run timeout 240 "${stress[@]}" mixed -d 600 --pager-fail get=1:never
	[ "$status" = 0 ] || [ "$status" = 3 ]
	[[ $output == *" requests never done"* ]]
}

@test "a full swap file is no memory, and no violation" {
	short 96 --swap-pages 8
}

@test "8 frames will do, if they are not wired" {
	exposed "-d 10" mixed all -d 0.5 --frames 8 --weights wire=0
	[ "$status" = 0 ]
	[ "$(rows sound)" = "$strategies" ]
	short 8 --weights wire=200
}

@test "an allocation that fails refuses a call" {
	for n in 1 2 3 10 40 200; do
		exposed "-n 1000000 -d 10" mixed all -n 20000 --fail-allocation "$n"
		[ "$status" = 0 ]
		[[ $output == *" 1 allocations failed"* ]]
	done
	exposed "-d 10" mixed all -d 0.5 --fail-allocations 0.01
	[ "$status" = 0 ]
}

@test "writes end at once, late, or in any order" {
	for pend in now late mix; do
		exposed "-d 10" pageout,mixed all -d 0.3 --frames 96 --pend "$pend"
		[ "$status" = 0 ]
	done
	[[ $output == *" writes late"* ]]
}

@test "trouble is in the identity and in the replay line" {
	run "${stress[@]}" mixed -s busted -d 20 --pager-latency 1us..2ms \
		--pager-fail get=0.01:bad,put=0.05 --pend mix --fail-allocation 1000 \
		--swap-pages 99 --weights fork=0,store=40
	[ "$status" = 1 ]
	[[ ${lines[0]} == *" pager-latency=1us..2000us pager-fail=get=0.01:bad,put=0.05 pend=mix fail-allocation=1000 "* ]]
	[[ ${lines[0]} == *"weights=load=300,store=40,"*",fork=0,"* ]]
	[[ $output == *"replay: ./vmrace stress mixed "*" --pager-latency 1us..2000us --pager-fail get=0.01:bad,put=0.05 --pend mix --fail-allocation 1000"*" --weights load=300,store=40,"*" --swap-pages 99 "* ]]
}

@test "the record has what was asked for and what was met" {
	run --separate-stderr "${stress[@]}" mixed -d 5 --json --pager-fail get=0.5
	[ "$status" = 0 ]
	[[ $output == *'"trouble":{'* ]]
	[[ $output == *'"asked":"'*'pager-fail=get=0.5 '* ]]
	[[ $output =~ '"failed_gets":'[1-9] ]]
	[[ $output =~ '"refused":'[1-9] ]]
	[[ $output == *'"weights":{"load":300,'* ]]
}

@test "a driver that cannot bear errors gets none" {
	exposed "-d 10" clean fine -d 0.3 --pager-fail put=1 --fail-allocations 1
	[ "$status" = 0 ]
	[[ $output == *"note: the oracle of clean cannot bear errors"* ]]
	[[ $output == *" pager-fail=none "* ]]
}

@test "what cannot be asked for is refused with one line" {
	for option in "--weights nonsense=1" "--weights load" "--weights load=x" \
		"--pager-latency 5" "--pager-latency 2ms..1ms" "--pager-latency -1us" \
		"--pager-fail get=2" "--pager-fail has=1" "--pager-fail get=1:fail" \
		"--pager-fail put=1:bad" "--pager-fail get=1x" "--pend soon" \
		"--fail-allocation 0" "--fail-allocations 1.5" "--swap-pages 0"; do
		# shellcheck disable=SC2086 # two words
		run "${stress[@]}" mixed $option
		[ "$status" = 64 ]
		[[ ${lines[0]} == *"${option%% *}: "* ]]
	done
	run "${stress[@]}" mixed --weights nonsense=1
	[[ ${lines[0]} == *"load=300,store=300,"* ]]
	run "${stress[@]}" fork --weights load=1
	[ "$status" = 64 ]
}
