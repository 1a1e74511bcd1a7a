#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# source.sh CHECK: what is true of the sources, without running them.
#
#   includes     no folder reaches up; who may say which mechanism's words
#   unchecked    few functions of core/ are exempt from -Wthread-safety
#   headers      each header compiles alone
#   format       clang-format 14 would change nothing
#   comments     none was torn by it
#   scripts      shellcheck has nothing to say about them
#   litter       nothing is tracked that a run has left behind
set -euo pipefail
cd "$(dirname -- "$0")/.."

UNCHECKED_MAX=15
found=0

# report WHAT: each line of standard input is a finding.
report() {
	local what=$1 line
	while IFS= read -r line; do
		echo "$what: $line"
		found=1
	done
}

# here EXPRESSION PATH...: lines of C that match.
here() {
	local expression=$1
	shift
	grep -rnE --include='*.[chS]' --include='*.def' -- "$expression" "$@" || true
}

check_includes() {
	report 'reaches up' < <(
		here '#include "(stress|bench|analysis|tests)/' core locking pmap_sim
		here '#include "(bench|analysis|tests)/' stress
		here '#include "(core|locking)/' pmap_sim
		here '#include "core/' locking
	)
	report "a mechanism's word outside pmap_sim" < <(
		here '\b(pthread_|urcu_|rcu_read_|cds_lfht|ck_spinlock|ck_epoch)' core locking
	)
	report 'a bare fence or a thread-local' < <(
		here 'atomic_thread_fence|_Thread_local|__thread\b' core locking pmap_sim stress |
			grep -vE '^pmap_sim/(cpu|sync_rcu_tsan)' || true
	)
}

check_unchecked() {
	local count
	count=$(here '\bLK_UNCHECKED\b' core | tee /dev/stderr | wc -l)
	echo "$count functions are unchecked; at most $UNCHECKED_MAX may be"
	[ "$count" -le "$UNCHECKED_MAX" ] || found=1
}

# Fragments that a strategy's header, or a subject's file of bench/, includes
# between its structures and its bodies; they mean nothing alone.
is_fragment() {
	case $1 in
	locking/verbs.h | locking/ref_*.h | locking/retire_*.h | locking/roles_*.h) return 0 ;;
	bench/table.h | bench/space.h | bench/vm_*.h | bench/peers/*.h) return 0 ;;
	*) return 1 ;;
	esac
}

check_headers() {
	local header
	while IFS= read -r header; do
		is_fragment "$header" && continue
		printf '#include "%s"\n' "$header" |
			"${CC:-clang-19}" -fsyntax-only -std=gnu11 -Wall -Wextra -Werror \
				-DVM_CHECKS -DVMRACE_HAZARDS=1 -DLK_STRATEGY=global \
				-DLK_STRATEGY_HEADER='"locking/global.h"' -I. -x c - ||
			report 'does not compile alone' <<<"$header"
	done < <(find core locking pmap_sim stress bench tests -name '*.h' | sort)
}

check_format() {
	if ! clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
		echo 'skipped: clang-format 14 is not installed'
		exit 77
	fi
	report 'not as clang-format would have it' < <(
		find core locking pmap_sim stress bench tests \( -name '*.[ch]' -o -name '*.cc' \) -print0 |
			xargs -0 clang-format --dry-run 2>&1 |
			grep -oE '^[^: ]+:[0-9]+' | sort -u
	)
}

# What it does to a line of one that is too wide: the rest is a line that has no
# blank after its star, or only the end of a comment that begins beside its text.
check_comments() {
	# shellcheck disable=SC2016 # awk has variables, too
	report 'torn comment' < <(
		find core locking pmap_sim stress tests -name '*.[ch]' -print0 |
			xargs -0 awk '
			FNR == 1 { inside = 0 }
			inside && (/^[ \t]*\*[A-Za-z0-9]/ || (beside && /^[ \t]*\*\/$/)) {
				print FILENAME ":" FNR ": " $0
			}
			inside { inside = !/\*\//; next }
			/\/\*/ && !/\*\// { inside = 1; beside = !/\/\*$/ }
			'
	)
}

check_scripts() {
	if ! command -v shellcheck >/dev/null; then
		echo 'skipped: shellcheck is not installed'
		exit 77
	fi
	{
		printf '%s\0' vmrace .ci/run
		find stress tests analysis docs -name '*.sh' -print0
	} | xargs -0 shellcheck --external-sources || found=1
	find tests -name '*.bats' -print0 | xargs -0r shellcheck --shell=bats || found=1
}

# Names of the root that are none of ours, and logs anywhere.
check_litter() {
	if ! git rev-parse --git-dir >/dev/null 2>&1; then
		echo 'skipped: not a checkout'
		exit 77
	fi
	report 'tracked' < <(
		git ls-files | awk -F/ '
		NF == 1 && !/^(\.clang-format|\.clang-tidy|\.gitignore|CMakeLists\.txt|CMakePresets\.json|LICENSE|README\.md|vmrace)$/
		/(\.log|\.orig|\.rej|~|\/[.]?[0-9]+)$/'
	)
}

case ${1-} in
includes) check_includes ;;
unchecked) check_unchecked ;;
headers) check_headers ;;
format) check_format ;;
comments) check_comments ;;
scripts) check_scripts ;;
litter) check_litter ;;
*)
	echo "usage: source.sh includes|unchecked|headers|format|comments|scripts|litter" >&2
	exit 64
	;;
esac
exit "$found"
