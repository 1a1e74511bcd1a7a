#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# demo.sh PROGRAM: what `./vmrace demo` shows, with the release build's
# vmrace-stress.  Each shipped trace under every strategy on one CPU and on two:
# a table as it grows, then a picture; then two races, a defect found in every
# order there is and told step by step, and lockings compared: the report.
set -euo pipefail

SECONDS_EACH=3

usage() {
	cat <<'END'
Usage: vmrace demo

Replays each shipped trace under every strategy, two copies of the program on
one simulated CPU and on two, a few seconds each.  Prints events a second and
verdicts, and draws them: results/demo/ has the picture and the records.  Then
catches a defect of the original that is given back, and lets ThreadSanitizer
convict the strategy that has no locks; finds another defect by the deterministic
scheduler, and tells the shortest way to it; and compares the strategies: the last
line is the page's path.
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
rm -f -- "$out"/*.jsonl "$out"/*.vmr "$out"/log
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

# caught SIGN ARGUMENT...: `vmrace stress` must find something wrong, and say it in
# lines with that sign, of which the first few are shown.
caught() {
	local sign=$1 said status=0
	shift
	echo
	echo "  vmrace stress $*"
	said=$("$VMRACE_HOME/vmrace" stress "$@" 2>>"$out/log") || status=$?
	grep -m 4 -E -- "$sign" <<<"$said" | cut -c1-150 | sed 's/^ */  /' || return
	sed -n 's/^replay: */  replay: /p' <<<"$said"
	[ "$status" = 1 ] || [ "$status" = 66 ]
}

# A defect that the original had for years, and what has no locks at all.
races() {
	echo "A defect of the original given back: a copy shows what its source never was (docs/hazards.md, D1):"
	caught '^verdict: violation' --as-found D1 --perturb -s original -d 10 || return
	echo
	echo "The strategy that has no locks, under ThreadSanitizer:"
	caught '^  data-race .*]$' deallocate -s busted --tsan -d 10
}

# The shortest way to a defect, as an interleaving: where CPUs switch, and the end.
explained() {
	local story=$out/story
	echo "Another one, E1, searched for in every order of two CPUs, shrunk and told:"
	echo
	"$VMRACE_HOME/vmrace" hunt E1 -d 20 -o "$out" 2>>"$out/log" |
		grep -E '^  (found|shrunk|certified)|^             by'
	mv -- "$out"/collapse.copy-*.vmr "$out/E1.vmr"
	"$VMRACE_HOME/vmrace" replay "$out/E1.vmr" --explain 2>>"$out/log" >"$story" ||
		[ $? = 1 ]
	grep -B 5 -A 6 -E '^(----|====)' "$story" | cut -c1-110
	echo
	echo "  the whole story: ./vmrace replay results/demo/E1.vmr --explain"
}

# Half a minute of every locking side by side, and the page.
compared() {
	echo "Lockings compared, half a minute; one repetition proves nothing, --tier standard does:"
	echo
	"$VMRACE_HOME/vmrace" bench W1 W6 --tier smoke -o "$out" 2>>"$out/log" |
		grep -E '^  (W|near|far|global|original|  )|^$' | head -n 60
	"$VMRACE_HOME/vmrace" report "$out" -o "$out/report" 2>>"$out/log"
}

echo "Shipped traces of real programs, two copies side by side, $SECONDS_EACH s a row:"
echo
replay | /usr/bin/python3 "$VMRACE_HOME/analysis/plot_demo.py" "$out" || worst=$?
[ "$worst" = 0 ] || grep -hE '!!!|^replay:|^vmrace:' "$out/log" >&2 || true
echo
races || {
	echo "vmrace: demo: not caught this time: $out/log" >&2
	[ "$worst" != 0 ] || worst=3
}
echo
explained || {
	echo "vmrace: demo: not told this time: $out/log" >&2
	[ "$worst" != 0 ] || worst=3
}
echo
compared || {
	echo "vmrace: demo: not compared this time: $out/log" >&2
	[ "$worst" != 0 ] || worst=3
}
exit "$worst"
