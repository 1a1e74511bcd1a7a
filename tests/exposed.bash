# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Short rows on a host that has other things to do: whose CPUs never met is asked
# again, for longer, before that counts.

# unexposed: the driver and strategy of each row on stdin that was not exposed.
unexposed() {
	awk '
	/^stress driver=/ { row = substr($2, 8) " " substr($3, 10) }
	/^verdict: / {
		if (row != "" && /^verdict: not exposed/)
			print row
		row = ""
	}'
}

# exposed LONGER DRIVERS STRATEGIES OPTION...: the rows of vmrace stress, and those
# of them that were not exposed again, with the options LONGER.  In $output is what
# all said, one after the other; in $status that of the first look, without what had
# a second, or the first of a second look that was not 0.  A violation stays one.
exposed() {
	local longer drivers=$2 strategies=$3 said worst driver strategy
	read -ra longer <<<"$1"
	shift 3
	run "$VMRACE_STRESS" stress "$drivers" -s "$strategies" "$@"
	said=$output worst=$status
	[ "$worst" != 3 ] || worst=0
	while read -r driver strategy; do
		echo "again: $driver, $strategy"
		run "$VMRACE_STRESS" stress "$driver" -s "$strategy" "$@" "${longer[@]}"
		said+=$'\n'$output
		[ "$status" = 0 ] || [ "$worst" = 1 ] || worst=$status
	done < <(unexposed <<<"$said")
	output=$said status=$worst
	echo "$output"
}
