#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# names.sh STRATEGY OBJECT...: every function of this copy of core/ carries the
# strategy's name, so that a stack, a profile or a race report tells the copies
# apart.
set -euo pipefail
strategy=$1
shift

symbols=$(nm --defined-only "$@" | awk '$2 ~ /^[Tt]$/ { print $3 }')
count=$(wc -w <<<"$symbols")
if [ "$count" -lt 22 ]; then
	echo "only $count functions in $*: is this core/?"
	exit 1
fi
wrong=$(grep -v "^${strategy}_" <<<"$symbols" || true)
if [ -n "$wrong" ]; then
	printf 'does not begin with %s_: %s\n' "$strategy" "$wrong"
	exit 1
fi
echo "$count functions"
