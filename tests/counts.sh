#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# counts.sh [PROGRAM] [--accept]
#
# What each strategy does to shared words, an operation, is as counts.expected
# has it, to the last one.  PROGRAM is vmrace-bench of the count build; without
# it that is built.  --accept: what is counted now is what is expected from now
# on; look at the difference before you commit it.
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)
expected=$here/counts.expected
program=("$here/../vmrace")
accept=

for word; do
	case $word in
	--accept) accept=1 ;;
	*) program=("$word") ;;
	esac
done

work=$(mktemp -d "${TMPDIR:-/tmp}/vmrace-counts.XXXXXX")
trap 'rm -rf -- "$work"' EXIT

"${program[@]}" bench --measure count W1 W2 W3 W4 W5 W6 W8 W11 W13 W15 W19 W20 --tier standard --no-raise --json \
	</dev/null >"$work/records" 2>"$work/text" || {
	echo "it failed, with status $?:"
	cat -- "$work/text"
	exit 1
}

# Of one thread: a -c that says otherwise is not dropped without a word.
status=0
"${program[@]}" bench --measure count W1 -c 2 </dev/null >"$work/text" 2>&1 || status=$?
[ "$status" = 64 ] || {
	echo "count with -c 2: status $status, not 64"
	cat -- "$work/text"
	exit 1
}

# subject/args, event, events an operation: exact, what is 0 left out.
/usr/bin/python3 - "$work/records" >"$work/counts" <<'END'
import json, sys
from fractions import Fraction

lines = []
for line in open(sys.argv[1]):
    r = json.loads(line)
    for event, count in r["counts"].items():
        if count["events"]:
            lines.append((int(r["workload"][1:]), r["name"].removesuffix("/threads:1"), event,
                          Fraction(count["events"], count["ops"])))
for _, name, event, value in sorted(lines, key=lambda line: line[:3]):
    print(name, event, value)
END

if [ -n "$accept" ]; then
	cp -- "$work/counts" "$expected"
	echo "accepted: $(wc -l <"$expected") counts"
	exit 0
fi

/usr/bin/python3 - "$expected" "$work/counts" <<'END'
import sys
from fractions import Fraction

def read(path):
    return {(name, event): Fraction(value)
            for name, event, value in (line.split() for line in open(path))}

expected, found = read(sys.argv[1]), read(sys.argv[2])
named = {name for name, _ in found}
changed = 0
for key in sorted(expected.keys() | found.keys()):
    was, now = expected.get(key, 0), found.get(key, 0)
    if was == now:
        continue
    changed += 1
    name, event = key
    gone = " (it was not measured)" if name not in named else ""
    print(f"{name}: {event}: expected {was}, found {now}{gone}")
if changed:
    print(f"{changed} counts are not as expected.  If that is meant: tests/counts.sh --accept, "
          "and commit tests/counts.expected with what changed them.")
    sys.exit(1)
print(f"{len(found)} counts are as expected")
END
