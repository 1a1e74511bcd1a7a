#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the deterministic scheduler promises, shown again: docs/evidence.md."""

import argparse
import importlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from showing import search  # noqa: E402 (it is found there)

MISUSE, INTERRUPTED = 64, 130

USAGE = """Usage: evidence.py WHAT [OPTION...]

  determinism   a seed is one execution: twice, in every build, at every address
  alarms        the sound strategies fail in none of many executions
  pairs         which scenarios of the VM are searched to their end, and how soon
  policies      how soon each scheduler convicts each kernel
  flagship      one defect: native stress under ThreadSanitizer beside each
                scheduler, as a picture
  cost          what an execution's time goes into

Each has --help.  With --write its section of docs/evidence.md is made anew.

Exit status: 0 it is as promised, 1 it is not, 4 could not start, 64 misuse, 77
skipped, 130 interrupted.
"""

COMMANDS = ("determinism", "alarms", "pairs", "policies", "flagship", "cost")


class Parser(argparse.ArgumentParser):
    def error(self, message):
        search.leave(f"{message}: see evidence.py --help", MISUSE)


def main():
    words = sys.argv[1:]
    if not words or words[0] in ("--help", "-h"):
        print(USAGE, end="")
        return 0 if words else MISUSE
    if words[0] not in COMMANDS:
        search.leave(f'nothing is named "{words[0]}": see evidence.py --help', MISUSE)
    command = importlib.import_module(f"showing.{words[0]}")
    parser = Parser(prog=f"evidence.py {words[0]}", description=command.__doc__,
                    formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)  # fmt: skip
    parser.add_argument("--write", action="store_true",
                        help="make the section of docs/evidence.md anew")  # fmt: skip
    parser.add_argument("--program", action="append", metavar="PATH", type=search.program,
                        help="vmrace-search to be run, instead of building it")  # fmt: skip
    command.options(parser)
    return command.run(parser.parse_args(words[1:]))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
