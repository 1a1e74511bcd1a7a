#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# `vmrace list`: everything that can be named, and no more.

bats_require_minimum_version 1.5.0

list() {
	run --separate-stderr "$VMRACE_STRESS" list "$@"
}

@test "alone it says what can be listed, and each of these can" {
	list
	[ "$status" = 0 ]
	[ "${#lines[@]}" -ge 9 ]
	while read -r what _; do
		list "$what"
		[ "$status" = 0 ]
		[ "${#lines[@]}" -ge 1 ]
		names=$(awk '{ print $1 }' <<<"$output")
		list "$what" --json
		[ "$(sed -n 's/^ *"name": "\(.*\)",$/\1/p' <<<"$output")" = "$names" ]
	done <<<"$output"
	# The singular is as good.
	for what in strategy driver hazard point half counter shootdown trace preset; do
		list "$what"
		[ "$status" = 0 ]
	done
}

# lines_of EXPRESSION FILE: names, as a .def file has them.
lines_of() {
	sed -n "s/^$1(\([A-Za-z0-9_]*\)[,)].*/\1/p" "$VMRACE_HOME/$2"
}

@test "nothing of the tree is left out" {
	while read -r what macro file; do
		list "$what"
		[ "$(awk '{ print $1 }' <<<"$output")" = "$(lines_of "$macro" "$file" | grep -vx none)" ]
	done <<-'END'
		strategies STRATEGY locking/strategies.def
		points POINT core/points.def
		halves HALF core/halves.def
		counters COUNTER core/counters.def
		hazards ENTRY stress/catalogue.def
	END
	# Canaries are drivers, too, the last.
	list drivers
	drivers=$(awk '{ print $1 }' <<<"$output")
	list canaries
	[ "$drivers"$'\n'"$(awk '{ print $1 }' <<<"$output" | tr - _)" = \
		"$(lines_of DRIVER stress/drivers.def)" ]
	list traces
	[ "$(awk '{ print $1 ".vmt.zst" }' <<<"$output")" = \
		"$(cd "$VMRACE_HOME/stress/traces" && ls -- *.vmt.zst)" ]
	list presets
	[[ $output == *"tsan "*"ThreadSanitizer"* ]]
}

@test "exhibits are marked, and they alone" {
	list hazards
	[ "$(sed -n 's/ .*\[exhibit\]$//p' <<<"$output" | sort)" = \
		"$(lines_of HAZARD core/hazards.def | sort)" ]
}

@test "a driver by its name, with all it says of itself" {
	list driver collapse
	[ "$status" = 0 ]
	[[ $output == *"oracle "*"blind "*"hazards  E1, "*"pairs    collapse x fault, "* ]]
	[[ $output != *"pageout "* ]]
	list drivers empty deallocate
	[ "$(grep -c '^[a-z]' <<<"$output")" = 2 ]
	list drivers --long
	[ "$(grep -c '^    blind' <<<"$output")" = "$(grep -c '^[a-z]' <<<"$output")" ]
	list hazard D2
	[[ $output == *"[exhibit]"*"rank "* ]]
}

@test "what is not there is misuse, with a hint" {
	list cabbages
	[ "$status" = 64 ]
	[ -z "$output" ]
	# shellcheck disable=SC2154 # bats sets it
	[[ $stderr == *'no list of "cabbages": "vmrace list" says'* ]]
	list drivers cabbage
	[ "$status" = 64 ]
	[ -z "$output" ]
	[[ $stderr == *'named "cabbage": see "vmrace list drivers"'* ]]
	list --cabbage
	[ "$status" = 64 ]
}

@test "a tree that cannot be found, and a full disk, are said" {
	run --separate-stderr env -u VMRACE_HOME "$VMRACE_STRESS" list traces
	[ "$status" = 4 ]
	[[ $stderr == *"set VMRACE_HOME"* ]]
	VMRACE_HOME=/nowhere list presets
	[ "$status" = 4 ]
	[ -n "$stderr" ]
	run bash -c '"$VMRACE_STRESS" list hazards >/dev/full'
	[ "$status" = 4 ]
	[[ $output == *"No space left"* ]]
}
