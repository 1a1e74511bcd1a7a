#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# demo.sh PROGRAM: what `./vmrace demo` shows, with the release build's
# vmrace-stress.  Each shipped trace under every strategy on one CPU and on two:
# a table as it grows, then a picture; then a race.
set -euo pipefail

SECONDS_EACH=3

usage() {
	cat <<'END'
Usage: vmrace demo

Replays each shipped trace under every strategy, two copies of the program on
one simulated CPU and on two, a few seconds each.  Prints events a second and
verdicts, and draws them: results/demo/ has the picture and the records.  Then
lets ThreadSanitizer convict the strategy that has no locks.
END
}

program=$1
shift
case ${1-} in
"") ;;
--help)
	usage
	exit
	;;
*)
	echo "vmrace: demo takes no arguments" >&2
	exit 64
	;;
esac

out=$VMRACE_HOME/results/demo
mkdir -p "$out"
rm -f -- "$out"/runs.jsonl "$out"/log
worst=0

# replay: every row of the table, as an object a line.
replay() {
	local trace name status
	for trace in "$VMRACE_HOME"/stress/traces/*.vmt.zst; do
		name=$(basename -- "$trace" .vmt.zst) status=0
		"$program" run "$name" -s all -c 1,2 -k 2 -d "$SECONDS_EACH" --json \
			-o "$out" 2>>"$out/log" || status=$?
		case $status in
		0 | 3) ;;
		*) worst=$status ;;
		esac
	done
	return "$worst"
}

# The two sides of the first race in a ThreadSanitizer report.
first_race() {
	awk '
	/^SUMMARY/ { exit }
	/^  [A-Za-z]/ { frames = / of size / ? 4 : 0; if (frames) print "  " $0 }
	/^    #/ && frames-- > 0 { sub(/ \(vmrace-stress.*/, ""); print "  " $0 }
	' "$1" | sed "s|$VMRACE_HOME/||"
}

# convict: the control must be caught.
convict() {
	local said status=0
	echo "And with no locks at all, in the ThreadSanitizer build:"
	echo
	echo "  vmrace run make --tsan -s busted -c 2 -k 2"
	said=$(TSAN_OPTIONS="${TSAN_OPTIONS-} halt_on_error=1" \
		"$VMRACE_HOME/vmrace" run make --tsan -s busted -c 2 -k 2 2>"$out/tsan.log") || status=$?
	first_race "$out/tsan.log"
	grep -E '^(replay|verdict):' <<<"$said" | sed 's/^/  /'
	[ "$status" = 66 ]
}

echo "Shipped traces of real programs, two copies side by side, $SECONDS_EACH s a row:"
echo
replay | /usr/bin/python3 "$VMRACE_HOME/analysis/plot_demo.py" "$out" || worst=$?
[ "$worst" = 0 ] || grep -hE '!!!|^replay:|^vmrace:' "$out/log" >&2 || true
echo
convict || {
	echo "vmrace: demo: the race was not found this time: $out/tsan.log" >&2
	[ "$worst" != 0 ] || worst=3
}
exit "$worst"
