#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# analysis/evidence.py, each command in a short form: it shows what it should, and
# where what it should show is not so, it says so.

# shellcheck disable=SC2154 # bats sets output, stderr
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || exit
}

evidence() {
	run --separate-stderr /usr/bin/python3 -Bs "$VMRACE_HOME/analysis/evidence.py" "$@"
}

# impostor SED-SCRIPT: a program like vmrace-search, but with its words changed.
impostor() {
	cat >impostor <<-END
		#!/usr/bin/env bash
		mapfile -t words < <(printf '%s\n' "\$@" | sed -E '$1')
		exec "$VMRACE_SEARCH" "\${words[@]}"
	END
	chmod +x impostor
}

# own_tree: what evidence.py reads and writes, here.
own_tree() {
	mkdir docs stress
	cp -r "$VMRACE_HOME/analysis" "$VMRACE_HOME/locking" .
	cp -r "$VMRACE_HOME/stress/scenarios" stress
	cp "$VMRACE_HOME/docs/evidence.md" docs
}

@test "a seed is one execution, twice and in another process" {
	# 77: the kernel puts every process at one address, all else was shown.
	evidence determinism -n 300 -b 300 account safestack lookup.deallocate \
		--program "$VMRACE_SEARCH" --program "$VMRACE_SEARCH"
	[ "$status" = 0 ] || [ "$status" = 77 ]
	[[ $output == *"  315 of 315 repeated the trace hash"* ]]
	[[ $output == *"again: 1 worker, loaded at "* ]]
}

@test "a seed that is not is found" {
	# The seventh is another one's: a run that begins behind it is as it was.
	cat >impostor <<-END
		#!/usr/bin/env bash
		words=("\$@") first=1 count=0
		for ((i = 0; i < \$#; i++)); do
			case \${words[i]} in
			-r) first=\${words[i + 1]} at=\$((i + 1)) ;;
			-n) count=\${words[i + 1]} ;;
			esac
		done
		((first > 7 || first + count <= 7)) || words[at]=1000
		exec "$VMRACE_SEARCH" "\${words[@]}"
	END
	chmod +x impostor
	evidence determinism -n 0 -b 40 safestack --program "$VMRACE_SEARCH" --program ./impostor
	[ "$status" = 1 ]
	[[ $output == *"safestack none ['"*"went another way: first seed 7"* ]]
	[[ $output == *"0 of 40 repeated the trace hash; 1 rows differ"* ]]
}

@test "no false alarm, and what was cut off goes on" {
	local rows
	# Scenarios of the VM, under five strategies, by five schedulers that draw.
	rows=$(($("$VMRACE_SEARCH" list scenarios | grep -c '\[vm\]') * 5 * 5))
	evidence alarms -n "$rows" -p 1 --program "$VMRACE_SEARCH" -o kept
	[ "$status" = 0 ]
	[[ $output == *"| **all** | ${rows:0:-3},${rows: -3} | "*" | 0 |"* ]]
	sed -i '$d' kept/explore.jsonl
	evidence alarms -n "$((rows + 1))" -p 5 --program "$VMRACE_SEARCH" -o kept
	[ "$status" = 0 ]
	[[ $output == *"seeds 1 to 2, "* ]]
}

@test "an alarm is told" {
	impostor 's/^-n$/--as-found\nE1\n-n/'
	evidence alarms -n 1 -p 30 --program ./impostor
	[ "$status" = 1 ]
	[[ $stderr == *"violation: explore scenario=collapse.copy strategy="* ]]
	[[ $output == *"- **violation**: "*"we collapsed a copy-object!"* ]]
}

@test "pairs to their end, and what is not, with an estimate" {
	evidence pairs -d 20 -s fine --program "$VMRACE_SEARCH" -o kept lookup.lookup reference.deallocate
	[ "$status" = 0 ]
	[[ $output == *"| **complete, of 2** | **2** |"* ]]
	before=$(wc -l <kept/explore.jsonl)
	evidence pairs -d 20 -s fine --program "$VMRACE_SEARCH" -o kept lookup.lookup
	[ "$(wc -l <kept/explore.jsonl)" = "$before" ]
	[[ ${output//$'\n'/ } == *"; some of it earlier: "* ]]
	evidence pairs -d 0.2 -l 0.2 -s global --program "$VMRACE_SEARCH" copy.fault fault.copy.page_clean
	[ "$status" = 0 ]
	[[ $output == *"| copy.fault | not in 0.2 s |"* ]]
	[[ $output == *"| copy.fault | global | "*" classes "*" | k ≤ "*" schedules "* ]]
	[[ $output == *"| fault.copy.page_clean | global | "* ]]
	[[ $output == *"| the rest at k = 4, with the estimate | 0 of 1 to the end of k = 4 | **not met**"* ]]
}

@test "^C keeps what was measured, and writes nothing" {
	env --default-signal=INT /usr/bin/python3 -Bs "$VMRACE_HOME/analysis/evidence.py" alarms \
		--program "$VMRACE_SEARCH" -o kept >said 2>told &
	until [ -s kept/explore.jsonl ]; do sleep 0.1; done
	kill -INT $!
	status=0
	wait $! || status=$?
	[ "$status" = 130 ]
	grep -q '^| 100,000,000 executions of the sound strategies | .* \*\*not met\*\*: cut off' said
	grep -q 'cut off: this is what was measured' told
}

@test "^C ends all, and what it has not written stays" {
	own_tree
	env --default-signal=INT /usr/bin/python3 -Bs analysis/evidence.py all --write \
		--program "$VMRACE_SEARCH" >said 2>told &
	until grep -q '^== 1 of 8: cost ' said; do sleep 0.1; done
	sleep 1
	kill -INT $!
	status=0
	wait $! || status=$?
	[ "$status" = 130 ]
	grep -q '^cost -t 3 -d 1: not to its end, status 130, ' said
	diff docs/evidence.md "$VMRACE_HOME/docs/evidence.md"
}

@test "the modelled RCU: what is sound, what is busted, what has leaked" {
	evidence rcu -n 50 --program "$VMRACE_SEARCH"
	[ "$status" = 0 ]
	[ "$(grep -c '^| busted: ' <<<"$output")" = 8 ]
	[ "$(grep -c '^| busted: .* | none | ' <<<"$output")" = 0 ]
	[[ $output == *"| busted: ownqueue | "*" of "*" | rcu.barrier, "* ]]
	[[ $output == *"| earliest | - | - | "*" % of 500 | - | - |"* ]]
	[[ $output != *"**nothing**"* ]]
	# A model that is called busted and is not, and one that is.
	impostor 's/^joins$/earliest/'
	evidence rcu -n 50 --program ./impostor
	[ "$status" = 1 ]
	[[ $output == *"| busted: joins | 0 of "*" | none | "*"| busted: nested | 1 of "* ]]
	impostor 's/^lazy$/nowait/'
	evidence rcu -n 50 --program ./impostor
	[ "$status" = 1 ]
	[[ $output == *"| 3 of 4 | **not met**: lazy"* ]]
}

@test "kernels by scheduler" {
	evidence policies -t 2 -d 20 --program "$VMRACE_SEARCH" account dekker
	[ "$status" = 0 ]
	[[ $output == *$'\n'"| account | "*$'\n'"| dekker | "* ]]
	[[ $output == *"| by the portfolio each kernel but safestack in 1 s | "[12]" of 2; "* ]]
}

@test "a defect by native stress and by each scheduler, drawn" {
	/usr/bin/python3 -c 'import matplotlib' || skip "matplotlib is not installed"
	evidence flagship -t 1 -d 60 --program "$VMRACE_SEARCH" --stress "$VMRACE_STRESS" \
		--picture drawn.svg E1
	[ "$status" = 0 ]
	[[ $output == *"| stress, native | "*"s, violation |"* ]]
	[[ $output == *"| portfolio | "*"s, assertion |"* ]]
	grep -q '<svg' drawn.svg
}

@test "what an execution costs, and how many classes there are" {
	evidence cost -t 1 -d 0.2 --program "$VMRACE_SEARCH" lookup.deallocate.cache_trim bench.count.3x3
	[ "$status" = 0 ]
	[[ $output == *"| bench.locks, plain: 30.00 M points/s | "* ]]
	[[ $output == *"| bench.count.3x3 | none | 21 | 4,638 in "*" s | 13,848 in "*" s |"* ]]
	[[ $output == *"| bench.rmw.4x3 | 369,600 | 369,600 | 0 | "* ]]
}

# without SECTION: docs/evidence.md but for that section.
without() {
	sed "/^<!-- $1: made/,/^<!-- $1: end/d" docs/evidence.md
}

@test "a section is made anew, and nothing else" {
	own_tree
	without policies >before
	for _ in once again; do
		run -0 --separate-stderr /usr/bin/python3 -Bs analysis/evidence.py policies -t 1 -d 20 \
			--program "$VMRACE_SEARCH" --write account
		[ "$(grep -c '^| account | ' docs/evidence.md)" = 1 ]
		without policies | diff - before
	done
}

@test "every part, one after the other, each writes its section" {
	/usr/bin/python3 -c 'import matplotlib' || skip "matplotlib is not installed"
	own_tree
	run --separate-stderr /usr/bin/python3 -Bs analysis/evidence.py all --smoke --write \
		--program "$VMRACE_SEARCH" --stress "$VMRACE_STRESS"
	[ "$status" = 0 ]
	[[ $output == "load average "* ]]
	for part in cost policies flagship rcu pairs determinism alarms; do
		[[ $output == *$'\n'"== "*": $part "* ]]
		sed -n "/^<!-- $part: made/,/^<!-- $part: end/p" docs/evidence.md >section
		grep -q '^| asked | seen | |$' section
		grep -q "^Made by .analysis/evidence.py $part " section
		grep -q "load before it" <(tr '\n' ' ' <section)
	done
	[ -s docs/pictures/first-conviction.svg ]
	[[ $output == *$'\n'"rcu -n 100: "*", status 0, "* ]]
}

@test "wrong use is 64" {
	evidence nothing
	[ "$status" = 64 ]
	evidence alarms --none
	[ "$status" = 64 ]
	evidence all pairs
	[ "$status" = 64 ]
}
