#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""completion.py BIN OUT: bash completion of vmrace, from what --help and `list --json` say.

Options are those of each command's --help, names those that the build in BIN knows.
Written once, so that a tab does not build anything.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent

# What an option's argument is called in --help, and the list of names that it takes.
LISTS = {"-s": "strategies", "--strategies": "strategies", "--as-found": "exhibits",
         "--shootdown": "shootdowns", "--scheduler": "schedulers"}  # fmt: skip
OPERANDS = {"stress": "drivers", "run": "traces", "list": "lists", "bench": "workloads",
            "explore": "scenarios", "hunt": "hunted"}  # fmt: skip
SANITIZERS = dict.fromkeys(("stress", "run", "explore", "hunt", "replay"),
                           ("--tsan", "--asan"))  # fmt: skip (the launcher's)
DIRECTORIES = ("-o", "--output")

SCRIPT = """# SPDX-License-Identifier: BSD-2-Clause
# Completion of vmrace for bash; made by docs/man/completion.py.

# _vmrace_words WORD...: those that go on from what was typed after the last comma.
_vmrace_words() {{
	local before="" current=$cur
	case $cur in
	*,*) before=${{cur%,*}}, current=${{cur##*,}} ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$*" -- "$current")
}}

_vmrace() {{
	local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}} command="" word
	for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
		case $word in
		-*) ;;
		*) command=$word && break ;;
		esac
	done
	COMPREPLY=()
	# With readline's "=" as a word break, --option=VALUE is three words.
	[ "$prev" != = ] || prev=${{COMP_WORDS[COMP_CWORD - 2]}}
	[ "$cur" != = ] || cur=""
	case $prev in
{arguments}
	esac
	case $command in
{commands}
	"") _vmrace_words {all_commands} --help --version ;;
	esac
	[ "${{#COMPREPLY[@]}}" != 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}}

complete -o filenames -F _vmrace vmrace
"""


def said(*command):
    environment = {**os.environ, "VMRACE_HOME": str(TOP), "LC_ALL": "C"}
    return subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def help_of(programs, command):
    """By the program that has the command, else by the launcher."""
    for program in programs:
        answer = said(program, command, "--help")
        if answer.returncode == 0:
            return answer.stdout
    return said(TOP / "vmrace", command, "--help").stdout


def options(text):
    """Every option that a help text has a line for, and --tsan and its like in running text."""
    found = re.findall(r"(?<![\w-])(--[a-z][a-z-]*|-[a-z?](?=[ ,]|$))", text)
    return [o for o in dict.fromkeys(found) if o not in ("-?", "--")]


def names(programs):
    lists = {}
    for program in programs:
        answer = said(program, "list", "--json")
        if answer.returncode == 0:
            lists.update(json.loads(answer.stdout))
    known = {name: [one["name"] for one in entries] for name, entries in lists.items()}
    known["exhibits"] = [h["name"] for h in lists.get("hazards", []) if h.get("exhibit")]
    known["lists"] = [*(name for name in known if name != "exhibits"), "workloads"]
    known["hunted"] = [*known.get("scenarios", []), *known["exhibits"]]
    for name in ("strategies", "drivers", "scenarios", "hunted"):
        known[name] = [*known.get(name, []), "all"]
    return known


def script(programs):
    helped = said(TOP / "vmrace", "help").stdout
    commands = re.findall(r"^  ([a-z]+)  ", helped, re.M)
    known = names(programs)
    arguments = "".join(
        f"\t{option}) _vmrace_words {' '.join(known.get(what, []))} && return ;;\n"
        for option, what in LISTS.items()
    ) + f'\t{" | ".join(DIRECTORIES)}) mapfile -t COMPREPLY < <(compgen -d -- "$cur") && return ;;'
    cases = []
    for command in commands:
        own = [*options(help_of(programs, command)), "--help", *SANITIZERS.get(command, [])]
        own = " ".join(dict.fromkeys(own))
        operands = " ".join(known.get(OPERANDS.get(command), []))
        cases.append(
            f"\t{command})\n\t\tcase $cur in\n\t\t-*) _vmrace_words {own} ;;\n"
            f"\t\t*) _vmrace_words {operands} ;;\n\t\tesac\n\t\t;;"
        )
    return SCRIPT.format(
        arguments=arguments, commands="\n".join(cases), all_commands=" ".join(commands)
    )


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 64
    programs = sorted(p for p in pathlib.Path(arguments[0]).glob("vmrace-*") if os.access(p, os.X_OK))
    out = pathlib.Path(arguments[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(script(programs), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
