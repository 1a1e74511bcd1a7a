#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_records.py FILE...: is every line a record as analysis/schema/ has it?

Says which line is not, and why.  "-" is standard input; --list checks what
`vmrace list --json` prints.  Exit status: 0 all are, 1 one is not, 64 misuse.
"""

import json
import os
import sys

from jsonschema import Draft202012Validator, RefResolver

SCHEMAS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "schema")


def load_schemas():
    """By name without ".json", each checked itself."""
    schemas = {}
    for name in sorted(os.listdir(SCHEMAS)):
        with open(os.path.join(SCHEMAS, name), encoding="utf-8") as file:
            schema = json.load(file)
        Draft202012Validator.check_schema(schema)
        schemas[name.removesuffix(".json")] = schema
    return schemas


class Checker:
    def __init__(self):
        schemas = load_schemas()
        store = {schema["$id"]: schema for schema in schemas.values()}
        self.validators = {
            name: Draft202012Validator(
                schema, resolver=RefResolver(schema["$id"], schema, store=store)
            )
            for name, schema in schemas.items()
        }

    def wrong(self, name, thing):
        """What is wrong with it by that schema, a line each."""
        return [
            f"{'/'.join(map(str, error.absolute_path)) or name}: {error.message}"
            for error in self.validators[name].iter_errors(thing)
        ]

    def wrong_record(self, text):
        """The same of a line of records."""
        try:
            record = json.loads(text)
        except ValueError as error:
            return [f"not JSON: {error}"]
        command = record.get("command") if isinstance(record, dict) else None
        if command not in ("stress", "run", "explore"):
            return ["not a record: no command that writes any"]
        return self.wrong(command, record)


def check_file(checker, path, is_list):
    """Whether all of it is right; what is not is told."""
    with sys.stdin if path == "-" else open(path, encoding="utf-8") as file:
        texts = [file.read()] if is_list else file.readlines()
    right = True
    if not texts:
        print(f"{path}: empty")
        return False
    for number, text in enumerate(texts, 1):
        if is_list:
            findings = checker.wrong("list", json.loads(text))
        else:
            findings = checker.wrong_record(text)
        for finding in findings:
            print(f"{path}:{number}: {finding}")
            right = False
    return right


def main(arguments):
    is_list = arguments[:1] == ["--list"]
    paths = arguments[is_list:]
    if not paths:
        print(__doc__, file=sys.stderr)
        return 64
    checker = Checker()
    return 0 if all([check_file(checker, path, is_list) for path in paths]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
