#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# with.sh TOOL ARG...: run it, or say that it is not installed and skip.
command -v "$1" >/dev/null || {
	echo "skipped: $1 is not installed"
	exit 77
}
exec "$@"
