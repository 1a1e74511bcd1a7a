#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_records.py FILE...: is every line a record as analysis/schema/ has it?

Says which line is not, and why.  "-" is standard input; --list checks what
`vmrace list --json` prints.  Exit status: 0 all are, 1 one is not, 64 misuse.
"""

import json
import sys

from reporting.reading import Checker


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
            findings = checker.wrong_line(text)
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
