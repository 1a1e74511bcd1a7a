#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# stress.sh PROGRAM STRATEGY SANITIZER: a moment of every driver, without delays
# and with, in a sanitizer's build; so short that a row may meet nothing.  Without
# locks every driver that hunts a pair is convicted of it by ThreadSanitizer, and
# some driver of a use after free by AddressSanitizer.
set -euo pipefail
program=$1 strategy=$2 sanitizer=$3
stress=("$program" stress -s "$strategy" -c 4)

clean() {
	local status=0
	"${stress[@]}" all -d 0.3 --stacks "$@" || status=$?
	[ "$status" = 0 ] || [ "$status" = 3 ]
}

# Each row of a driver with pairs has a race within one of them.
convicted_by_own_pairs() {
	local said
	said=$("${stress[@]}" all -d 10) || true
	printf '%s\n' "$said"
	awk '
	/^stress driver=/ { driver = $2; rows++ }
	/^  met / { hunts[driver] = 1 }
	/^  data-race .*\[.* x .*\]$/ { convicted[driver] = 1 }
	END {
		for (driver in hunts)
			if (!convicted[driver]) {
				print driver ": not convicted"
				missing = 1
			}
		exit missing || rows == 0
	}' <<<"$said"
}

convicted_of_use_after_free() {
	local said status=0
	said=$("${stress[@]}" deallocate -d 10) || status=$?
	printf '%s\n' "$said"
	[ "$status" = 66 ] && grep -q '^  heap-use-after-free .* in vm_' <<<"$said"
}

case $strategy/$sanitizer in
busted/thread) convicted_by_own_pairs ;;
busted/address*) convicted_of_use_after_free ;;
*)
	clean
	clean --perturb
	;;
esac
