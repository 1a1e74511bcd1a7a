# SPDX-License-Identifier: BSD-2-Clause
"""What names mean: the sentences that `vmrace bench` leaves beside its records.

bench-list.json stands in the directory of bench.jsonl, written by the program that
measured, so that a page needs nothing but the records.  Records that have none, of
an older vmrace or copied without it, have names alone.
"""

import json

NAME = "bench-list.json"
KEYS = {"workloads": "operation", "subjects": "name", "axes": "name", "events": "name"}


class Words:
    """Sentences by kind and name; of several files the later one's."""

    def __init__(self):
        self.known = {kind: {} for kind in KEYS}

    def read(self, jsonl, checker):
        """That of a file of records; what is wrong with it, or None."""
        path = jsonl.parent / NAME
        if not path.is_file():
            return None
        try:
            given = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            return f"{path}: not JSON: {error}: skipped"
        wrong = checker.wrong("bench_list", given)
        if wrong:
            return f"{path}: {wrong[0]}: skipped"
        for kind, key in KEYS.items():
            self.known[kind].update((one[key], one["sentence"]) for one in given[kind])
        return None

    def of(self, kind, name):
        """Its sentence, or nothing."""
        return self.known[kind].get(name, "")

    def all_of(self, kind, names):
        """[(name, sentence)]; those without a sentence are there, too."""
        return [(name, self.of(kind, name)) for name in names]

    def __bool__(self):
        return any(self.known.values())
