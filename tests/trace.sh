#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# trace.sh PROGRAM STRATEGY [SANITIZER]: each shipped trace runs sound, two
# copies of it on two CPUs, every value that is read compared with the model, and
# nothing is left out while there is memory enough.
# "busted" is sound on one CPU; under ThreadSanitizer, on two, it must be
# convicted, and of a race in its own copy of core/.
set -euo pipefail
program=$1 strategy=$2 sanitizer=${3-}
VMRACE_HOME=$(cd -- "$(dirname -- "$0")/.." && pwd)
export VMRACE_HOME

sound() {
	local trace
	for trace in "$VMRACE_HOME"/stress/traces/*.vmt.zst; do
		"$program" run "$trace" -s "$strategy" -k 2 --verify "$@"
	done
}

whole() {
	local said
	said=$(sound "$@") || {
		printf '%s\n' "$said"
		return 1
	}
	printf '%s\n' "$said"
	! grep '^  unreplayed' <<<"$said" | grep -v '^  unreplayed  0 '
}

convicted() {
	local said status=0
	# Stop at the first report: what comes after a race may crash.
	said=$(TSAN_OPTIONS="${TSAN_OPTIONS-} exitcode=66 halt_on_error=1" \
		"$program" run make -s busted -c 2 -k 2 2>&1) || status=$?
	printf '%s\n' "$said"
	[ "$status" = 66 ] && [[ "$said" == *"data race"*busted_* ]]
}

if [ "$strategy" != busted ]; then
	whole -c 2
	# Half the frames it wants: pageout, swap, and collapse under pressure.
	sound -c 2 --frames 50% --swap-async
elif [ "$sanitizer" != thread ]; then
	whole -c 1
else
	convicted
fi
