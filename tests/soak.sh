#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# soak.sh: every driver under every strategy for a minute (or VMRACE_SOAK_S
# seconds) with delays, under ThreadSanitizer.  The records are kept.
set -euo pipefail
top=$(cd -- "$(dirname -- "$0")/.." && pwd)

mkdir -p -- "$top/results"
exec "$top/vmrace" stress all -s all -d "${VMRACE_SOAK_S:-60}" --tsan --perturb \
	-o "$top/results/soak"
