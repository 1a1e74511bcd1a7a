#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# stress.sh PROGRAM STRATEGY SANITIZER: a moment of every driver, without delays
# and with, in a sanitizer's build; so short that a row may meet nothing.  Without
# locks every driver that hunts a pair convicts by one of its pairs in the trials
# that two seconds have room for under ThreadSanitizer, and some driver of a use
# after free under AddressSanitizer.
set -euo pipefail
program=$1 strategy=$2 sanitizer=$3
stress=("$program" stress -s "$strategy" -c 4)

clean() {
	local status=0
	"${stress[@]}" all -d 0.3 --stacks "$@" || status=$?
	[ "$status" = 0 ] || [ "$status" = 3 ]
}

# Each row of a driver with pairs has a race within one of them, and its note
# names a pair that it hunts and the trial.
convicted_by_own_pairs() {
	local said
	said=$("${stress[@]}" all -d 2) || true
	printf '%s\n' "$said"
	awk '
	/^stress driver=/ { driver = $2; rows++ }
	/^  met / { hunts[driver] = $0 ";" }
	/^  data-race / && match($0, /\[[a-z_]* x [a-z_]*\]/) {
		race[driver, substr($0, RSTART + 1, RLENGTH - 2)] = 1
	}
	/^verdict: .*; by [a-z_]* x [a-z_]*, trial [0-9]* of / {
		pair = $0
		sub(/.*; by /, "", pair)
		sub(/, trial .*/, "", pair)
		if (index(hunts[driver], " " pair ";") && race[driver, pair])
			convicted[driver] = 1
	}
	END {
		for (driver in hunts)
			if (!convicted[driver]) {
				print driver ": not convicted by a pair of its own"
				missing = 1
			}
		exit missing || rows == 0
	}' <<<"$said"
}

convicted_of_use_after_free() {
	local said status=0
	said=$("${stress[@]}" deallocate -d 10) || status=$?
	printf '%s\n' "$said"
	# 1: an oracle had its say, too
	[ "$status" = 66 ] || [ "$status" = 1 ]
	grep -q '^  heap-use-after-free .* in vm_' <<<"$said"
}

case $strategy/$sanitizer in
busted/thread) convicted_by_own_pairs ;;
busted/address*) convicted_of_use_after_free ;;
*)
	clean
	clean --perturb
	;;
esac
