# SPDX-License-Identifier: BSD-2-Clause
"""The search program: built, asked what it has, run; its rows as records."""

import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

from showing import machine

TOP = pathlib.Path(__file__).resolve().parents[2]
NOT_STARTED, INTERRUPTED = 4, 130
RAN = {0, 1, 3, 66}  # a row ended, well or not
PATIENCE_S = 0.5  # until a process has become the program


def complain(text):
    print(f"vmrace: evidence: {text}", file=sys.stderr)


def leave(text, status=NOT_STARTED):
    complain(text)
    sys.exit(status)


def program(word):
    """The path that an option gives."""
    path = pathlib.Path(word).absolute()
    if not os.access(path, os.X_OK):
        leave(f"{word} is no program")
    return path


@functools.cache
def build(preset, name="vmrace-search"):
    """The path of a preset's program, made as new; once, for a section that is written
    changes the tree, and with it the commit that a program is told to be of."""
    if preset in ("hunt", "tsan", "asan"):
        flag = [] if preset == "hunt" else [f"--{preset}"]
        kind = "schedulers" if name == "vmrace-search" else "drivers"
        steps = [[TOP / "vmrace", *flag, "list", kind]]
        if kind == "drivers" and preset == "hunt":  # "list" takes the release build
            steps = [[TOP / "vmrace", "stress", "--help"]]
    else:
        steps = [["cmake", "--preset", preset],
                 ["cmake", "--build", "--preset", preset, "--target", name]]  # fmt: skip
    for step in steps:
        done = subprocess.run(step, cwd=TOP, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            leave(f"preset {preset} does not build:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return TOP / "build" / preset / name


def listed(program, kind):
    """What `vmrace list KIND --json` has."""
    said = subprocess.run([program, "list", kind, "--json"], check=True, capture_output=True)
    return json.loads(said.stdout)[kind]


def drawing(program):
    """Schedulers that draw at random, by name."""
    return [s["name"] for s in listed(program, "schedulers") if s["draws"]]


def strategies():
    """Those that are sound, by name."""
    text = (TOP / "locking" / "strategies.def").read_text(encoding="utf-8")
    return [s for s in re.findall(r"^STRATEGY\((\w+)", text, re.MULTILINE) if s != "busted"]


def of_vm(kind):
    """Scenarios of core operations alone, a CPU each: "PAIR" or "TRIPLE"."""
    text = (TOP / "stress" / "scenarios" / "vm.def").read_text(encoding="utf-8")
    lines = re.findall(rf"^{kind}\((.*)\)", text, re.MULTILINE)
    return [".".join(re.split(r",\s*", line)) for line in lines]


def loaded_at(process, program):
    """Where the kernel has put a program: "55d0c8e00000", or None if it has ended."""
    name = os.path.realpath(program)
    patience = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < patience:
        try:
            with open(f"/proc/{process.pid}/maps", encoding="utf-8") as maps:
                for line in maps:
                    if line.rstrip().endswith(name):
                        return line.split("-", 1)[0]
        except OSError:
            return None
        time.sleep(0.0005)
    return None


def end(process):
    """As ^C does, if it has not ended."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        process.wait()


class Search:
    """Runs rows of a program; keeps what it says of where it was loaded."""

    def __init__(self, program, directory=None):
        self.program = pathlib.Path(program)
        self.directory = directory
        self.addresses = set()

    def rows(self, command, *words):
        """The records of one command, each when its row has ended."""
        with tempfile.TemporaryDirectory() as scratch:
            call = [self.program, command, *map(str, words), "--json", "-o", self.directory or scratch]
            environment = {**os.environ, "VMRACE_HOME": str(TOP)}
            with open(pathlib.Path(scratch) / "said", "w+", encoding="utf-8") as said:
                process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=said, text=True,
                                           env=environment)  # fmt: skip
                try:
                    self.addresses.add(loaded_at(process, self.program))
                    for line in process.stdout:
                        yield json.loads(line)
                    status = process.wait()
                finally:
                    end(process)
                    machine.bury()
                if status == INTERRUPTED:
                    raise KeyboardInterrupt
                if status not in RAN:
                    said.seek(0)
                    leave(f"{' '.join(map(str, call))} left with status {status}:\n{said.read()[-1500:]}")


def is_alarm(row):
    """Is it neither sound nor a row in which there was nothing to choose?"""
    return row["verdict"] not in ("sound", "not exposed")


def kept(directory):
    """Rows of earlier runs."""
    path = pathlib.Path(directory or "/nowhere") / "explore.jsonl"
    if not path.exists():
        return []
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def progress(text):
    """A line in place, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def progress_end():
    progress("")
