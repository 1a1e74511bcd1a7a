# SPDX-License-Identifier: BSD-2-Clause
"""Everything that a report consists of, into one directory.

An older report there is replaced.  MARK tells it from other people's files of the
same names, which are left alone, and nothing is written.
"""

import os
import shutil

from reporting import claims, equal, junit, origin, page, sarif, sections, store
from reporting.measurements import LISTS, tabulate

TITLE = "vmrace: report"
MARK = ".vmrace-report"
FOLDERS = ["pictures", "csv"]
FILES = ["index.html", "report.md", "races.sarif", "junit.xml", "records.sqlite"]


def make_sections(records, table, judged, maker, with_equal):
    """In the order of the page; those that have nothing to say are left out."""
    made = [
        sections.violations_section(records),
        sections.compared_section(records, table),
        sections.claims_section(judged if len(table) else [], maker),
        sections.ratio_section(table, maker),
        sections.speed_section(table, maker),
        sections.fairness_section(table, maker),
        sections.latency_section(table, maker),
        sections.memory_section(table, maker),
        sections.counts_section(table, maker, records.words),
        sections.equal_section(equal.deal(table) if with_equal else None),
        sections.searches_section(records, maker),
        sections.matrix_section(records, maker),
        sections.races_section(records, maker),
        sections.left_out_section(records, table),
    ]
    return [s for s in made if s.text or s.tables or s.pictures or s.races]


def prepared(out):
    """OUT, marked, with what an older report left there taken away; raises OSError for others' files."""
    there = [name for name in FOLDERS + FILES if os.path.lexists(out / name)]
    whole = len(there) == len(FOLDERS + FILES)  # one from before there was a mark
    if there and not whole and not (out / MARK).is_file():
        raise FileExistsError(f"{out / there[0]}: it is there, and not of an older report: name another OUT")
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text("The next report into this directory replaces all of this one.\n", "utf-8")
    for name in FOLDERS:
        if name in there:
            shutil.rmtree(out / name)
        (out / name).mkdir()


def write_data(out, records, table, maker):
    """The CSV behind each picture and table, and one data base of everything."""
    for name, rows in maker.data.items():
        store.write_csv(out / "csv" / f"{name}.csv", rows)
    derived = {
        name: maker.data[name]
        for name in ("claims", "ratios", "fairness", "latency", "counts", "races", "searches")
        if name in maker.data
    }  # fmt: skip
    measurements = table.drop(columns=LISTS).to_dict("records")
    if measurements:
        store.write_csv(out / "csv" / "measurements.csv", measurements)
    store.write_sqlite(
        out / "records.sqlite",
        {**records.by_command, "measurements": measurements, **derived},
    )


def summary(judged, out):
    """What the terminal is told."""
    width = max((len(row.id) for row in judged if row.value is not None), default=0)
    for row in judged:
        if row.value is not None:
            yield f"{row.id:<{width}} {row.regime:<7} {row.shown_bound:<13} {row.figure:<28} {row.verdict}"
    yield str(out / "index.html")


def write(records, out, with_equal=False):
    """Write it all; the lines for the terminal."""
    prepared(out)
    table = tabulate(records)
    maker = sections.Maker(records, out)
    judged = claims.judge(table)
    lead = [origin.paragraph(records)]
    if len(table):
        lead.append(sections.NEAR_AND_FAR)
    content = {
        "title": TITLE, "lead": lead, "warnings": origin.warnings(records, table),
        "sections": make_sections(records, table, judged, maker, with_equal),
    }  # fmt: skip
    write_data(out, records, table, maker)
    sarif.write(out / "races.sarif", records.of("stress"))
    junit.write(out / "junit.xml", records, judged)
    tables = sorted(f"csv/{path.name}" for path in (out / "csv").iterdir())
    (out / "report.md").write_text(page.markdown(**content, files=FILES[2:] + tables), "utf-8")
    (out / "index.html").write_text(page.html(**content, files=FILES[1:] + tables), "utf-8")
    return summary(judged, out)
