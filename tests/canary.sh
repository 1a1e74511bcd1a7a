#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# canary.sh PROGRAM SANITIZER: what is there to be reported is, by this build's
# sanitizers, as a row with its kind and its functions, and in the exit status;
# and where there is nothing, nothing is.
set -euo pipefail
program=$1 sanitizer=$2

# Four CPUs, and seconds for all to have a turn; more of them on a busy host.
stress=("$program" stress -c 4)
SECONDS_FIRST=3
SECONDS_LONGER=30

# reported DRIVER PATTERN...: it is, at the first look or at a longer one.
reported() {
	reported_in "$SECONDS_FIRST" "$@" || reported_in "$SECONDS_LONGER" "$@"
}

# reported_in SECONDS DRIVER PATTERN...: each pattern is in a line of what is said.
reported_in() {
	local seconds=$1 driver=$2 pattern said status=0
	shift 2
	said=$("${stress[@]}" -d "$seconds" "$driver" 2>&1) || status=$?
	printf '%s\n' "$said"
	for pattern in '^verdict: sanitizer report !!!' '^replay: \./vmrace stress '"$driver" "$@"; do
		grep -Eq -- "$pattern" <<<"$said" || {
			echo "$driver: nothing in that is like: $pattern"
			return 1
		}
	done
	[ "$status" = 66 ] || {
		echo "$driver: expected status 66, found $status"
		return 1
	}
}

# told_of_leak SECONDS: the record counts it.
told_of_leak() {
	{ "${stress[@]}" -d "$1" canary-leak --json 2>/dev/null || true; } | grep -q '"reports":1'
}

# race NAME: what the row of that canary is like.
race() {
	printf '^  data-race x[0-9]+: read in canary_%s_read \(canary\.c:[0-9]+\) / write in canary_%s_write \(' "$1" "$1"
}

# asked VARIABLE FLAG VALUE [OPTION...]: what the program asks of its sanitizer,
# with the user's options behind it.
asked() {
	local said
	said=$(env "$1=help=1 ${*:4}" "$program" --version 2>&1)
	grep -A 2 -E "^[[:space:]]*$2\$" <<<"$said" | grep -F "(Current Value: $3)" || {
		echo "$1: $2 is not $3"
		return 1
	}
}

case $sanitizer in
thread)
	asked TSAN_OPTIONS exitcode 66
	asked TSAN_OPTIONS suppress_equal_stacks false
	asked TSAN_OPTIONS history_size 0x7
	asked TSAN_OPTIONS history_size 0x3 history_size=3
	reported canary "$(race plain)" "$(race moved)" "$(race spin)" \
		"$(race mutex)" "$(race section)"
	;;
address*)
	asked ASAN_OPTIONS exitcode 66
	asked ASAN_OPTIONS exitcode 7 exitcode=7
	reported canary \
		'^  heap-use-after-free x1: read in canary_use \(canary\.c:[0-9]+\) / write in canary_free \('
	reported canary-stack '^  stack-buffer-overflow x1: read in canary_overrun \(canary_memory\.c:'
	reported canary-undefined '^  signed-integer-overflow x1: .* in canary_overflow \(canary_memory\.c:'
	reported canary-leak 'LeakSanitizer: detected memory leaks' ' in canary_lose '
	told_of_leak "$SECONDS_FIRST" || told_of_leak "$SECONDS_LONGER"
	;;
*)
	echo "no canary for \"$sanitizer\""
	exit 64
	;;
esac

# The driver that does nothing.
"${stress[@]}" -d "$SECONDS_FIRST" empty
