#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# docs/hazards.md and who cites it agree: stress/catalogue.def is its table, the
# exhibits, the drivers' hazards and those of races are in it, and a race's
# functions are in core/.
set -euo pipefail
cd "$(dirname -- "$0")/.."

found=0

# report WHAT: each line of standard input is a finding.
report() {
	local line
	while IFS= read -r line; do
		echo "$1: $line"
		found=1
	done
}

documented() {
	sed -n 's/^| \([A-G][0-9]*\) | \([^|]*\) | \([^|]*\) | \([^|]*\) | [^|]* |$/\1|\2|\3|\4/p' \
		docs/hazards.md | sed 's/–/-/g; s/`//g' | sort
}

listed() {
	sed -n 's/^ENTRY(\([A-Z0-9]*\), "\(.*\)", "\(.*\)", "\(.*\)")$/\1|\2|\3|\4/p' \
		stress/catalogue.def | sed 's/\\"/"/g' | sort
}

# missing: the words of standard input that are no entry's id.
missing() {
	sort -u | comm -23 - <(listed | cut -d '|' -f 1 | sort -u)
}

pairs() {
	sed -n 's/^RACE_HAZARD(\([a-z0-9_]*\), \([a-z0-9_]*\), \([A-Z0-9]*\))$/\1 \2 \3/p' \
		stress/race_hazards.def
}

[ "$(documented | wc -l)" -ge 60 ] || report few <<<'docs/hazards.md has lost its table'
[ "$(pairs | wc -l)" = "$(grep -c '^RACE_HAZARD' stress/race_hazards.def)" ] ||
	report unreadable <<<'a line of stress/race_hazards.def'

report 'docs/hazards.md and stress/catalogue.def differ' < <(
	diff <(documented) <(listed) | grep '^[<>]' || true
)
report 'core/hazards.def: no such entry' < <(
	sed -n 's/^HAZARD(\([A-Z0-9]*\),.*/\1/p' core/hazards.def | missing
)
report 'stress/drivers: no such entry' < <(
	sed -n 's/^\t\.hazards = "\(.*\)",$/\1/p' stress/drivers/*.c | xargs -n 1 | grep . | missing
)
report 'stress/race_hazards.def: no such entry' < <(pairs | cut -d ' ' -f 3 | missing)
report 'stress/race_hazards.def: no function of core/' < <(
	pairs | cut -d ' ' -f 1,2 | tr ' ' '\n' | sort -u | while read -r function; do
		grep -qE "(^| )$function\(struct vm|^$function\(" core/*.c core/*.h || echo "$function"
	done
)
report 'stress/race_hazards.def: twice' < <(
	pairs | awk '{ print ($1 < $2) ? $1 " " $2 : $2 " " $1 }' | sort | uniq -d
)
exit "$found"
