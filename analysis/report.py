#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The command `vmrace report`: records in, a page and its files out."""

import argparse
import pathlib
import sys

MISUSE, NOT_STARTED = 64, 4

USAGE = """Usage: vmrace report DIR... [-o OUT] [--aa]

Reads all records (*.jsonl) below the directories, or single files of them, and
writes into OUT: a page that stands alone, its text as Markdown, every picture
with the numbers behind it, races as SARIF, results as JUnit XML, and all that
was derived as CSV and SQLite.  The same records give the same files.

  -o OUT       where to (default: DIR/report of the first DIR); an older report
               there is replaced, other people's files of those names are not
  --aa         also deal the processes of each cell to two sides and see whether
               the statistics find a difference: some minutes
  --help       this text

Exit status: 0 written, 4 no records or OUT cannot be written or has files of
those names that are not a report's, 64 misuse.
"""


def complain(text):
    print(f"vmrace: report: {text}", file=sys.stderr)


class Parser(argparse.ArgumentParser):
    def error(self, message):
        complain(f"{message}: see vmrace report --help")
        sys.exit(MISUSE)


def parse(arguments):
    parser = Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("places", nargs="+", metavar="DIR")
    parser.add_argument("-o", dest="out")
    parser.add_argument("--aa", action="store_true")
    return parser.parse_args(arguments)


def where_to(options):
    if options.out is not None:
        return pathlib.Path(options.out)
    first = pathlib.Path(options.places[0])
    return (first if first.is_dir() else first.parent) / "report"


def read(places):
    from reporting.reading import Records

    records = Records().read(places)
    for problem in records.problems:
        complain(problem)
    return records


def main(arguments):
    if "--help" in arguments or "-h" in arguments:
        print(USAGE, end="")
        return 0
    options = parse(arguments)
    try:
        records = read(options.places)
        if len(records) == 0:
            complain(f"no records below {' '.join(options.places)}")
            return NOT_STARTED
        from reporting.write import write

        for line in write(records, where_to(options), options.aa):
            print(line)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        complain(what)
        return NOT_STARTED
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
