#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# trace.sh PROGRAM STRATEGY [SANITIZER]: a shipped trace runs sound, two copies of
# it on two CPUs, every value that is read compared with the model.  "busted" is
# sound on one CPU; under ThreadSanitizer, on two, it must be convicted, and of
# a race in its own copy of core/.
set -euo pipefail
program=$1 strategy=$2 sanitizer=${3-}
VMRACE_HOME=$(cd -- "$(dirname -- "$0")/.." && pwd)
export VMRACE_HOME

if [ "$strategy" != busted ]; then
	exec "$program" run make -s "$strategy" -c 2 -k 2 --verify
elif [ "$sanitizer" != thread ]; then
	exec "$program" run make -s busted -c 1 -k 2 --verify
fi

said=$(mktemp)
trap 'rm -f -- "$said"' EXIT
status=0
# Stop at the first report: what comes after a race may crash.
TSAN_OPTIONS="${TSAN_OPTIONS-} exitcode=66 halt_on_error=1" \
	"$program" run make -s busted -c 2 -k 2 >"$said" 2>&1 || status=$?
grep -A 12 'WARNING: ThreadSanitizer' "$said" || tail -n 20 "$said"
[ "$status" = 66 ] || {
	echo "busted ended with status $status, not 66"
	exit 1
}
grep -q 'data race' "$said" || status=0
grep -q 'busted_' "$said" || status=0
[ "$status" = 66 ] || {
	echo "no report of a race in busted's copy of core/"
	exit 1
}
