#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# run.sh TEST [ARG...]: a test of analysis/ with the system's Python, or why not.
/usr/bin/python3 -c 'import numpy, scipy, pandas, matplotlib, jinja2, jsonschema' || {
	echo "skipped: a Debian package of Python's is not installed"
	exit 77
}
exec /usr/bin/python3 -Bs "$@"
