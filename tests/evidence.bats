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

@test "pairs and three CPUs to their end" {
	evidence pairs -d 20 -s fine --program "$VMRACE_SEARCH" -o kept \
		lookup.lookup reference.deallocate bench.count.3x3
	[ "$status" = 0 ]
	[[ $output == *"| **complete, of 2** | **2** |"* ]]
	[[ $output == *"| bench.count.3x3 | none | 21 | k ≤ 3: "*" in "*" | k ≤ 4: "*" in "*" | 1,680 classes, "* ]]
	before=$(wc -l <kept/explore.jsonl)
	evidence pairs -d 20 -s fine --program "$VMRACE_SEARCH" -o kept lookup.lookup
	[ "$(wc -l <kept/explore.jsonl)" = "$before" ]
}

@test "kernels by scheduler" {
	evidence policies -t 2 -d 20 --program "$VMRACE_SEARCH" account dekker
	[ "$status" = 0 ]
	[[ $output == *$'\n'"| account | "*$'\n'"| dekker | "* ]]
	[[ $output == *"2 of 2 kernels have a median"* || $output == *"1 of 2 kernels have a median"* ]]
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
	evidence cost -t 1 -d 0.5 --program "$VMRACE_SEARCH" lookup.deallocate.cache_trim
	[ "$status" = 0 ]
	[[ $output == *"| bench.locks | none | 63 | "*"(asked 30.00 M)"* ]]
	[[ $output == *"| bench.rmw.4x3 | 369,600 | 369,600 | 0 | "* ]]
}

@test "a section is made anew, and nothing else" {
	cp -r "$VMRACE_HOME/analysis" . && mkdir docs && cp "$VMRACE_HOME/docs/evidence.md" docs
	cp -r "$VMRACE_HOME/locking" .
	run -0 --separate-stderr /usr/bin/python3 -Bs analysis/evidence.py policies -t 1 -d 20 \
		--program "$VMRACE_SEARCH" --write account
	grep -q '^| account | ' docs/evidence.md
	sed '/^<!-- policies: made/,/^<!-- policies: end/d' docs/evidence.md >new
	sed '/^<!-- policies: made/,/^<!-- policies: end/d' "$VMRACE_HOME/docs/evidence.md" | diff - new
}

@test "wrong use is 64" {
	evidence nothing
	[ "$status" = 64 ]
	evidence alarms --none
	[ "$status" = 64 ]
}
