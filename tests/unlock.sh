#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The compiler checks core/'s locking: a copy of core/ compiles, and with any
# one of its unlocks taken out it does not; the strategies take turns.  Not
# within functions that are marked LK_UNCHECKED, which it does not follow.  What
# only a strategy with batches compiles is tried under that.
set -euo pipefail
cd "$(dirname -- "$0")/.."

LEAST=50 # unlocks there must be, or they are written otherwise now
copy=$(mktemp -d)
trap 'rm -rf -- "$copy"' EXIT
cp -R core locking pmap_sim "$copy"
mapfile -t strategies < <(sed -n 's/^STRATEGY(\([a-z0-9_]*\),.*/\1/p' locking/strategies.def)

# compiles STRATEGY [WORD...]: does the copy?  What the compiler says is in
# $copy/said.
compiles() {
	"${CC:-clang-19}" -fsyntax-only -std=gnu11 -Wall -Wextra -Wthread-safety \
		-Werror -DVM_CHECKS -DVMRACE_HAZARDS=1 -DLK_STRATEGY="$1" \
		-DLK_STRATEGY_HEADER="\"locking/$1.h\"" -I"$copy" "${@:2}" \
		"$copy/core/instance.c" >"$copy/said" 2>&1
}

# FILE:LINE of each unlock that is a statement of its own in a checked function.
sites() {
	awk '
	/^LK_UNCHECKED/ { unchecked = 1 }
	/^(}|[^ \t].*;$)/ { unchecked = 0 }
	!unchecked && /^[ \t]+[a-z_]*(_unlock|_unlock_queues|_exit)[a-z_]*\(.*\);$/ &&
	    /vm_object_|vm_page_/ { print FILENAME ":" FNR }
	' core/*.c
}

for s in "${strategies[@]}"; do
	if ! compiles "$s"; then
		echo "core/ as it is does not compile under $s:"
		cat "$copy/said"
		exit 1
	fi
done

mapfile -t sites < <(sites)
if [ "${#sites[@]}" -lt "$LEAST" ]; then
	echo "only ${#sites[@]} unlocks found in core/"
	exit 1
fi

unnoticed=0
for i in "${!sites[@]}"; do
	site=${sites[i]} s=${strategies[i % ${#strategies[@]}]}
	file=${site%:*} line=${site#*:} how=()
	[ "$file" != core/vm_page_batch.c ] || s=percpu
	# This is there only under the scheduler.
	[ "$file" != core/vm_direct.c ] ||
		how=(-DSYNC_CONTROLLED -include pmap_sim/memory_ctl.h)
	sed "${line}s/.*/;/" "$file" >"$copy/$file"
	if compiles "$s" ${how[@]+"${how[@]}"}; then
		echo "$site: not missed by the compiler under $s: $(sed -n "${line}p" "$file")"
		unnoticed=1
	elif ! grep -q 'Wthread-safety' "$copy/said"; then
		echo "$site: fails for another reason:"
		cat "$copy/said"
		unnoticed=1
	fi
	cp "$file" "$copy/$file"
done
echo "${#sites[@]} unlocks taken out, one at a time"
exit "$unnoticed"
