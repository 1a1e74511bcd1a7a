#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Man pages and completion are made, and tell of every option that --help has.

bats_require_minimum_version 1.5.0

setup() {
	bin=$(dirname -- "$VMRACE_STRESS")
	cd "$BATS_TEST_TMPDIR" || return
}

# commands: those of the launcher but help.
commands() {
	"$VMRACE_HOME/vmrace" help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' | grep -vx help
}

# long_options COMMAND: those of the program's own help.
long_options() {
	local program=vmrace-stress
	case $1 in
	explore | hunt | replay) program=vmrace-search ;;
	bench) program=vmrace-bench ;;
	esac
	"$bin/$program" "$1" --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+'
}

@test "there is a page for every command, and it has every option" {
	command -v help2man >/dev/null || skip "help2man is not installed"
	"$VMRACE_HOME/docs/man/pages.sh" "$bin" out
	[ -s out/vmrace.1 ]
	for command in $(commands); do
		[ -s "out/vmrace-$command.1" ]
		grep -q "^\.TH VMRACE-${command^^} " "out/vmrace-$command.1"
		grep -q '^\.SH "EXIT STATUS"' "out/vmrace-$command.1"
	done
	for command in run stress record list explore hunt replay bench; do
		page=$(sed 's/\\-/-/g; s/\\f[A-Z]//g' "out/vmrace-$command.1")
		[ "$(long_options "$command" | wc -l)" -gt 2 ]
		for option in $(long_options "$command"); do
			grep -qF -- "$option" <<<"$page" || {
				echo "vmrace-$command.1 does not tell of $option"
				false
			}
		done
	done
	if command -v mandoc >/dev/null; then
		mandoc -T lint -W error out/*.1
	fi
}

@test "a page made again is the same" {
	command -v help2man >/dev/null || skip "help2man is not installed"
	"$VMRACE_HOME/docs/man/pages.sh" "$bin" one
	"$VMRACE_HOME/docs/man/pages.sh" "$bin" two
	diff -r one two
}

# complete WORD...: what a tab after these words offers, the last one unfinished.
complete_words() {
	bash -c '. ./vmrace
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_vmrace
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

@test "completion offers commands, every option, and names" {
	"$VMRACE_HOME/docs/man/completion.py" "$bin" vmrace
	bash -n vmrace
	if command -v shellcheck >/dev/null; then
		shellcheck --shell=bash vmrace
	fi
	for command in $(commands); do
		complete_words vmrace "" | grep -qx "$command"
	done
	for command in run stress record list explore hunt replay bench; do
		for option in $(long_options "$command"); do
			complete_words vmrace "$command" -- | grep -qxe "$option"
		done
	done
	[ "$(complete_words vmrace re | sort | xargs)" = "record replay report" ]
	[ "$(complete_words vmrace run -s f)" = fine ]
	[ "$(complete_words vmrace run -s rcu,or)" = rcu,original ]
	[ "$(complete_words vmrace run --strategies = f)" = fine ]
	complete_words vmrace run "" | grep -qx make
	complete_words vmrace stress -s rcu dea | grep -qx deallocate
	complete_words vmrace stress --as-found "" | grep -qx D1
	run ! grep -qx E9 <(complete_words vmrace stress --as-found "")
	complete_words vmrace explore "" | grep -qx safestack
	[ "$(complete_words vmrace explore account --scheduler dp)" = dpor ]
	[ "$(complete_words vmrace explore --scheduler pct,su)" = pct,surw ]
	complete_words vmrace hunt "" | grep -qx E1
	complete_words vmrace list "" | grep -qx scenarios
	complete_words vmrace replay -- | grep -qxe --tsan
	mkdir -p somewhere
	[ "$(complete_words vmrace stress -o some)" = somewhere ]
	[ "$(complete_words vmrace report some)" = somewhere ]
}

@test "what is wrong with the call is said" {
	run "$VMRACE_HOME/docs/man/completion.py"
	[ "$status" = 64 ]
}
