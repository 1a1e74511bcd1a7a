# SPDX-License-Identifier: BSD-2-Clause
"""JSON lines to records, each checked by its schema.

What cannot be read is told, a line each with file and number, and left out: a
campaign that a full disk cut short is worth a report.  A line that was met
before, in this file or another, is left out, too, so that a directory and its
copy do not count a repetition twice.
"""

import json
import pathlib

from jsonschema import Draft202012Validator, RefResolver

from reporting.words import Words

SCHEMAS = pathlib.Path(__file__).resolve().parent.parent / "schema"
TOLD_PER_FILE = 5


class Checker:
    """Knows what a record of each command is, by analysis/schema/."""

    def __init__(self):
        schemas = {}
        for path in sorted(SCHEMAS.glob("*.json")):
            schemas[path.stem] = json.loads(path.read_text(encoding="utf-8"))
            Draft202012Validator.check_schema(schemas[path.stem])
        store = {schema["$id"]: schema for schema in schemas.values()}
        self.validators = {
            name: Draft202012Validator(
                schema, resolver=RefResolver(schema["$id"], schema, store=store)
            )
            for name, schema in schemas.items()
        }
        self.commands = {
            schema["properties"]["command"]["const"]: name
            for name, schema in schemas.items()
            if "const" in schema.get("properties", {}).get("command", {})
        }
        for command in schemas["origin"]["properties"]["command"]["enum"]:
            self.commands.setdefault(command, "origin")  # what all records have

    def wrong(self, name, thing):
        """What is wrong with it by that schema, a line each."""
        return [
            f"{'/'.join(map(str, error.absolute_path)) or name}: {error.message}"
            for error in self.validators[name].iter_errors(thing)
        ]

    def wrong_record(self, record):
        """The same of a record, by the schema of the command it names."""
        command = record.get("command") if isinstance(record, dict) else None
        if not isinstance(command, str) or command not in self.commands:
            return ["not a record: no command that writes any"]
        return self.wrong(self.commands[command], record)

    def wrong_line(self, text):
        """The same of a line of records."""
        record, why = parsed(text)
        return [why] if why is not None else self.wrong_record(record)


def parsed(text):
    """(record, None) of a line, or (None, why not)."""
    try:
        return json.loads(text), None
    except ValueError as error:
        if not text.endswith("\n"):
            return None, "ends in the middle of a record"
        return None, f"not JSON: {error}"


def find_files(places):
    """The .jsonl files that are meant, each once; raises OSError for what is not there."""
    found = {}
    for place in map(pathlib.Path, places):
        if not place.exists():
            raise FileNotFoundError(f"{place}: no such file or directory")
        paths = sorted(place.rglob("*.jsonl")) if place.is_dir() else [place]
        for path in paths:
            found.setdefault(path.resolve(), path)
    return list(found.values())


class Records:
    """All records, by command; what was left out, and why."""

    def __init__(self):
        self.by_command = {}
        self.files = []
        self.problems = []
        self.skipped = 0
        self.repeated = 0
        self.checker = Checker()
        self.words = Words()
        self._seen = set()

    def of(self, command):
        return self.by_command.get(command, [])

    def __len__(self):
        return sum(map(len, self.by_command.values()))

    def read(self, places):
        told = set()
        for path in find_files(places):
            self._read_file(path)
            wrong = self.words.read(path, self.checker)
            if wrong is not None and wrong not in told:
                told.add(wrong)
                self.problems.append(wrong)
        return self

    def _read_file(self, path):
        self.files.append(str(path))
        wrong = 0
        with path.open(encoding="utf-8", errors="replace") as lines:
            for number, text in enumerate(lines, 1):
                if not text.strip():
                    continue
                why = self._take(text, len(self.files) - 1)
                if why is not None:
                    wrong += 1
                    if wrong <= TOLD_PER_FILE:
                        self.problems.append(f"{path}:{number}: {why}: skipped")
        if wrong > TOLD_PER_FILE:
            self.problems.append(f"{path}: {wrong - TOLD_PER_FILE} more lines are wrong: skipped")
        self.skipped += wrong

    def _take(self, text, file):
        """None, or why this line is none of the records."""
        record, why = parsed(text)
        if why is None:
            why = next(iter(self.checker.wrong_record(record)), None)
        if why is not None:
            return why
        key = text.strip()
        if key in self._seen:
            self.repeated += 1
            return None
        self._seen.add(key)
        record["file"] = file
        self.by_command.setdefault(record["command"], []).append(record)
        return None
