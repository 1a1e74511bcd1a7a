#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the deterministic scheduler promises, shown again: docs/evidence.md."""

import argparse
import importlib
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from showing import machine, search  # noqa: E402 (it is found there)

MISUSE, INTERRUPTED = 64, 130

# In the order of "all": rates first, while the machine is cool.  Minutes: on two
# cores that do nothing else, programs built.
PARTS = {
    "cost": (5, "speeds, what an execution's time goes into, three CPUs at k = 3 and 4"),
    "policies": (14, "how soon each scheduler convicts each kernel"),
    "flagship": (6, "defects: native stress beside each scheduler, as a picture"),
    "rcu": (2, "litmus shapes, busted models, the leaked pointer"),
    "pairs": (7, "which scenarios of the VM are searched to their end, and how soon"),
    "determinism": (3, "a seed is one execution: twice, in every build, at every address"),
    "alarms": (5, "the sound strategies fail in none of many executions"),
}  # fmt: skip

# What "all" runs: as docs/evidence.md has it, and so little that it is over soon.
FULL = [
    ("cost", ["-t", "3", "-d", "1"]),
    ("policies", []),
    ("flagship", []),
    ("rcu", []),
    ("pairs", ["-l", "5"]),
    ("determinism", ["-n", "1000000", "-b", "10500"]),
    ("alarms", []),
    ("alarms", ["--preset", "tsan", "-n", "1e6"]),
]
SMOKE = [
    ("cost", ["-t", "1", "-d", "0.1", "-l", "1", "deallocate.deallocate.deallocate"]),
    ("policies", ["-t", "2", "-d", "2", "account", "dekker"]),
    ("flagship", ["-t", "1", "-d", "20", "E1"]),
    ("rcu", ["-n", "100"]),
    ("pairs", ["-d", "1", "-l", "1", "reference.deallocate", "lookup.cache_trim"]),
    ("determinism", ["-n", "300", "-b", "300", "account", "lookup.deallocate"]),
    ("alarms", ["-n", "2000"]),
]
KEEP = {"pairs", "alarms"}  # what goes on where it was cut off
MORE = {"alarms": 5}  # minutes of the second


def usage():
    lines = [f"  {name:<12} {about} ({minutes} min)" for name, (minutes, about) in PARTS.items()]
    return "\n".join([
        "Usage: evidence.py PART|all [OPTION...]", "", *lines,
        f"  {'all':<12} each of these in this order ({total(FULL)} min), alarms under",
        f"  {'':<12} ThreadSanitizer, too", "",
        "Each has --help.  With --write its section of docs/evidence.md is made anew.  The",
        "minutes are of two cores that do nothing else; nothing is refused on others, but the",
        "section says that they were loaded.  ^C prints what policies, pairs and alarms have",
        "measured, and does not write it; what \"all\" has written stays.", "", "Exit status: 0 it is as promised, 1 it is not, 4 could not start, 64 misuse, 77",
        "skipped, 130 interrupted."])  # fmt: skip


def minutes_of(plan, i):
    name = plan[i][0]
    again = any(earlier == name for earlier, _ in plan[:i])
    return MORE[name] if again else PARTS[name][0]


def total(plan):
    return sum(minutes_of(plan, i) for i in range(len(plan)))


class Parser(argparse.ArgumentParser):
    def error(self, message):
        search.leave(f"{message}: see evidence.py --help", MISUSE)


def parser_of(name, about):
    parser = Parser(prog=f"evidence.py {name}", description=about, allow_abbrev=False,
                    formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--write", action="store_true",
                        help="make the section of docs/evidence.md anew")  # fmt: skip
    parser.add_argument("--program", action="append", metavar="PATH", type=search.program,
                        help="vmrace-search to be run, instead of building it")  # fmt: skip
    return parser


def told(words):
    """What of a command line makes a difference to what is measured."""
    words = [word for word in words if word != "--write"]
    return [word for before, word in zip([None, *words], words)
            if not {before, word} & {"--program", "--stress", "--picture", "-o"}]  # fmt: skip


def prepare(name, words, load=None):
    """A part and its options."""
    command = importlib.import_module(f"showing.{name}")
    parser = parser_of(name, f"{command.__doc__}\nAbout {PARTS[name][0]} minutes as docs/evidence.md has it.")
    command.options(parser)
    options = parser.parse_args(words)
    options.words = [name, *told(words)]
    options.machine = machine.Machine(load)
    options.promises = None
    return command, options


# --- All -----------------------------------------------------------------------


def options_of_all(words):
    parser = parser_of("all", "Every part, one after the other; what failed is told at the end.")
    parser.add_argument("--stress", action="append", metavar="PATH", default=[],
                        help="of flagship")  # fmt: skip
    parser.add_argument("--smoke", action="store_true",
                        help="with so little of each that it is over soon: do they run?")  # fmt: skip
    parser.add_argument("-o", metavar="DIR", help="pairs and alarms keep their records there, and go on")
    return parser.parse_args(words)


def build_all():
    for preset in ("hunt", "tsan", "asan", "gcc"):
        search.build(preset)
    for preset in ("hunt", "tsan"):
        search.build(preset, "vmrace-stress")


def words_of(options, name, words):
    """A part's own, and what "all" was told."""
    chosen = [*words, *(["--write"] if options.write else [])]
    if "--preset" not in words:
        for path in options.program or []:
            chosen += ["--program", path]
    if name == "flagship":
        for path in options.stress:
            chosen += ["--stress", path]
    if options.o and name in KEEP:
        build = f"-{words[words.index('--preset') + 1]}" if "--preset" in words else ""
        chosen += ["-o", pathlib.Path(options.o) / f"{name}{build}"]
    return [str(word) for word in chosen]


def attempt(command, options):
    """The part's status, even if it leaves."""
    try:
        return command.run(options)
    except SystemExit as left:
        return left.code
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        search.progress_end()


def summary(name, status, minutes, options):
    """Lines about a part that has ended."""
    if status not in (0, 1, 77) or options.promises is None:
        return [f"{name}: not to its end, status {status}, {minutes:.1f} min"]
    broken = options.promises.broken
    met = f"{len(broken)} not met" if broken else "all met"
    return [f"{name}: {met}, status {status}, {minutes:.1f} min",
            *(f"  not met: {asked}" for asked in broken)]  # fmt: skip


def run_all(words):
    options = options_of_all(words)
    plan = SMOKE if options.smoke else FULL
    load = machine.Machine().load
    print(f"load average {load:.2f}; {total(plan) if plan is FULL else 'a few'} minutes, "
          f"from {time.strftime('%H:%M')}", flush=True)  # fmt: skip
    if options.program is None:
        build_all()
    statuses, told_at_end = [], []
    for i, (name, own) in enumerate(plan):
        expected = f", about {minutes_of(plan, i)} min" if plan is FULL else ""
        print(f"\n== {i + 1} of {len(plan)}: {' '.join([name, *own])}{expected}, "
              f"from {time.strftime('%H:%M')}\n", flush=True)  # fmt: skip
        begin = time.monotonic()
        command, of_part = prepare(name, words_of(options, name, own), load)
        statuses.append(attempt(command, of_part))
        told_at_end += summary(" ".join([name, *own]), statuses[-1], (time.monotonic() - begin) / 60, of_part)
        if statuses[-1] == INTERRUPTED:
            break
    print("\n" + "\n".join(told_at_end))
    if statuses[-1] == INTERRUPTED:
        return INTERRUPTED
    return next((status for status in statuses if status not in (0, 77)), 0)


def main():
    words = sys.argv[1:]
    if not words or words[0] in ("--help", "-h"):
        print(usage())
        return 0 if words else MISUSE
    if words[0] == "all":
        return run_all(words[1:])
    if words[0] not in PARTS:
        search.leave(f'nothing is named "{words[0]}": see evidence.py --help', MISUSE)
    command, options = prepare(words[0], words[1:])
    return command.run(options)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        search.progress_end()
        sys.exit(INTERRUPTED)
