# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Traces made by hand, without the zstd command.

# bytes COUNT NUMBER: the number in little-endian bytes.
bytes() {
	local i octal

	for ((i = 0; i < $1; i++)); do
		printf -v octal '%03o' $(($2 >> 8 * i & 255))
		printf '%b' "\\0$octal"
	done
}

# pack FILE <LINES: a trace of these lines, as one uncompressed zstd block.
pack() {
	local lines events

	lines=$(cat)
	events=$(grep -c '^[a-zA-Z] ' <<<"$lines") || true
	lines=$(printf 'vmrace-trace 1\nprogram test\n%s\nend %s\n.' "$lines" \
		"$events")
	lines=${lines%.}
	{
		printf '\x28\xb5\x2f\xfd\xa0'
		bytes 4 ${#lines}
		bytes 3 $((${#lines} << 3 | 1))
		printf '%s' "$lines"
	} >"$1"
}
