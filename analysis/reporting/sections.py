# SPDX-License-Identifier: BSD-2-Clause
"""What the page says of what, section by section; a section that is empty is not there."""

import math

from reporting import (
    claims, counts, equal, origin, plot_fairness, plot_latency, plot_memory, plot_races,
    plot_ratios, plot_speed, races, sarif, searches, style,
)  # fmt: skip
from reporting.compare import CLUSTERS
from reporting.measurements import arguments, families, left_out, usable
from reporting.page import Picture, Race, Section, Table, slug
from reporting.words import NAME

RACES_SHOWN = 40
SEARCHES_SHOWN = 60
FAIRNESS_SHOWN = 60

NOT_HERE = (
    "{what} was not measured in these records: that takes a run of its own. "
    "`./vmrace bench --measure {measure} -o DIR` appends it to those of DIR."
)

NEAR_AND_FAR = (
    "A virtual machine's two CPUs share a cache at one moment and are far apart a few seconds later. "
    "So the time of a cache line's round trip was taken before and after each repetition: `near` "
    "means fast both times, `far` slow both times, `mixed` neither; the two are never pooled, and "
    "mixed ones count nowhere. With `single` there was one CPU; with `unknown` nobody looked."
)

STATISTICS = (
    "A ratio is Hodges and Lehmann's estimate on logarithms, of pairs measured in the same block "
    "where there are such; in [brackets] its 95 % BCa bootstrap interval, 10,000 resamples of "
    "processes and of repetitions within them. p is Wilcoxon's for pairs, else Mann and Whitney's, "
    "adjusted by Holm over everything in the table. An interval is worth as much as it has processes "
    "to draw from, which the table has beside the repetitions. Cliff's δ runs from −1 to 1. Equal within 3 %: p "
    "of two one-sided tests. CV: the standard deviation of repetitions by their mean, the larger of "
    "both sides. Two speeds differ where the interval excludes 1, Holm's p is below .01, and so is that "
    f"of Student's or Welch's test of processes' means, of which there are at least {CLUSTERS}."
)


class Maker:
    """Keeps every picture it makes: the SVG for the page, the rest for the files."""

    def __init__(self, records, directory):
        self.directory = directory
        self.machine = origin.machine(records.of("bench") + records.of("run"))
        self.stress_machine = origin.machine(records.of("stress"))
        self.data = {}  # rows behind each picture and table, by file name

    def picture(self, name, rows, figure, sentence):
        name = slug(name)
        self.data[name] = rows
        svg = style.svg(figure, name)
        places = self.directory / "pictures"
        (places / f"{name}.svg").write_text(svg + "\n", encoding="utf-8")
        style.png(figure, places / f"{name}.png")
        alt = " ".join(figure._suptitle.get_text().split("\n")[:1])
        style.close(figure)
        return Picture(name, sentence, svg, alt)

    def pictures(self, found):
        return [self.picture(*one[:4]) for one in found]


def number(x, form="{:.3g}"):
    return "" if x is None or (isinstance(x, float) and math.isnan(x)) else form.format(x)


def p_value(p):
    if p is None or math.isnan(p):
        return ""
    return "<\N{NO-BREAK SPACE}.0001" if p < 0.0001 else f"{p:.4f}".lstrip("0") if p < 1 else "1"


def bracketed(low, high, form="{:.3g}"):
    return "" if low is None or low != low else f"[{form.format(low)}, {form.format(high)}]"


def percent(x):
    return number(None if x is None else x * 100, "{:.1f} %")


# --- What is compared -----------------------------------------------------------

KINDS = {
    "strategy": "a locking of the VM", "peer": "another library's way", "ceiling": "no locking",
    "empty": "nothing", "kernel": "the live kernel", "harness": "the harness itself",
}  # fmt: skip
OF_THE_HARNESS = "shim_cost"  # an operation; who does only this is no library's way of anything


def subject_lines(table, words):
    kinds = dict(zip(table["strategy"], table["kind"]))
    others = set(table.loc[table["operation"] != OF_THE_HARNESS, "strategy"])
    kinds.update((name, "harness") for name in kinds if name not in others)
    return [
        [f"`{name}`", KINDS.get(kinds[name], kinds[name]), words.of("subjects", name)]
        for name in style.in_order(kinds)
    ]


def workload_lines(table, words):
    """A line for each operation, with the arguments that it was measured with."""
    lines = {}
    for (workload, operation, args), _ in families(table):
        lines.setdefault((workload, operation), []).append(args)
    return [
        [workload, f"`{operation}`", words.of("workloads", operation),
         ", ".join(f"`{one}`" for one in args if one)]
        for (workload, operation), args in lines.items()
    ]  # fmt: skip


def axis_lines(table, words):
    axes = style.unique(axis for args in table["args"].unique() for axis in arguments(args))
    return [[f"`{axis}`", sentence] for axis, sentence in words.all_of("axes", axes) if sentence]


def compared_section(records, table):
    """Names and what they mean: first, for all else speaks in them."""
    section = Section("What is compared")
    if not records.of("bench"):
        return section
    section.text = [
        "Each operation was done over and over by one thread, and by several at once, under every "
        "strategy of locking, and by others that can do the same. Speeds are operations a second of all "
        "threads together."
    ]
    section.tables = [
        Table(["workload", "operation", "what one is", "measured with"], workload_lines(table, records.words)),
        Table(["subject", "is", "what it is"], subject_lines(table, records.words)),
    ]
    axes = axis_lines(table, records.words)
    if axes:
        section.tables.append(Table(["argument", "what it says"], axes))
    if not records.words:
        section.after = [f"The records came without `{NAME}`, which has a sentence for each name: "
                         "`./vmrace bench --list --json` prints it."]  # fmt: skip
    return section


# --- Claims -------------------------------------------------------------------


def measured(row):
    """What of: the workload, the operation and its arguments, as a table's first column."""
    return " ".join(filter(None, (row["workload"], row["operation"], row["args"])))


def mark(row):
    if row.bound is None:
        return "beside"
    if row.verdict == "holds":
        return "good"
    return "bad" if row.verdict.startswith(("fails", "void")) else "open"


def merged(rows):
    """[(row, regimes)]: what could not be judged for one reason is one line a bound.

    What claims nothing, and was not measured either, is no line.
    """
    shown = {}
    for row in rows:
        if row.bound is None and row.value is None:
            continue
        alone = row.regime if row.value is not None else ""
        key = (row.id, row.family, row.verdict, row.bound, alone)
        shown.setdefault(key, []).append(row)
    return [(group[0], ", ".join(row.regime for row in group)) for group in shown.values()]


def whole(text):
    """Not to be broken into lines."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def figure(row):
    value, _, bounds = row.figure.partition(" [")
    against = f" by {row.against}, the hardest" if row.against else ""
    return whole(value) + (" [" + whole(bounds) if bounds else "") + against


def claim_words(row, before):
    """Its name, and its text with what was measured: once, above the regimes of it."""
    if before is not None and (before.id, before.family) == (row.id, row.family):
        return row.id, ""
    return row.id, f"{row.text} (`{row.family.replace('/', ' ', 1)}`)"


def in_processes(n, clusters):
    return whole(f"{n} in {clusters}") if n else ""


def claims_section(rows, maker):
    section = Section("Claims")
    if not rows:
        return section
    shown = merged(rows)
    maker.data["claims"] = [{**vars(row), "figure": row.figure} for row in rows]
    lines = [
        [*claim_words(row, shown[k - 1][0] if k else None), regimes, whole(row.shown_bound),
         figure(row), in_processes(row.n, row.clusters), percent(row.cv), p_value(row.p_holm),
         row.verdict]
        for k, (row, regimes) in enumerate(shown)
    ]  # fmt: skip
    held = sum(row.verdict == "holds" for row in rows)
    claimed = [row for row in rows if row.bound is not None]
    judged = sum(row.verdict == "holds" or row.verdict.startswith("fails") for row in rows)
    wanted = claims.load()
    section.text = [
        (f"{held} of {judged} claims that could be judged hold" if judged else "No claim could be judged")
        + f"; {len(claimed) - judged} of {len(claimed)} could not be, for the reason in the last column. A "
        "claim holds only if the whole 95 % interval passes its bound, and two one-sided tests against "
        "the bound say p < .01 after Holm's adjustment: a rank test of repetitions (the p shown) and "
        "Student's of processes' means; it fails narrowly if the figure alone does. That is from at least "
        f"{wanted['repetitions']} repetitions a side and regime in at least {wanted['processes']} processes "
        "(or pairs of both, where two run next to each other were compared). The rows Y are the yardstick: where `original` "
        "itself is slow, being faster than it is no merit, and ratios are void; where it is not known how fast that is, "
        "a claim holds only if the yardstick does, and is not among those that could be judged. Lines without a bound, in grey, "
        "claim nothing: they are shown beside the claim above them.",
    ]
    header = ["id", "claim", "regime", "bound", "got [95 %]", "n in processes", "CV",
              "p (Holm)", "verdict"]  # fmt: skip
    section.tables = [Table(header, lines, marks=[mark(row) for row, _ in shown])]
    return section


# --- Speeds -------------------------------------------------------------------


def pictured(title, drawn, text, table, maker):
    """A section of one module's pictures; the text only if there are any."""
    pictures = maker.pictures(drawn.pictures(table, maker.machine))
    return Section(title, text=[text] if pictures else [], pictures=pictures)


def speed_section(table, maker):
    return pictured(
        "Throughput", plot_speed,
        "Medians of all admitted repetitions of a regime, with their 95 % bootstrap intervals. "
        "Dotted is ideal: what one thread did, times the number of threads.",
        table, maker,
    )  # fmt: skip


def ratio_section(table, maker):
    section = Section("Ratios")
    found = plot_ratios.compared(table)
    if not found:
        return section
    rows = plot_ratios.rows_of(found)
    maker.data["ratios"] = rows
    section.text = [STATISTICS]
    section.pictures = maker.pictures(plot_ratios.pictures(found, maker.machine))
    header = ["measured", "threads", "regime", "strategy", "÷ original", "[95 %]", "pairs in processes", "CV",
              "p (Holm)", "δ", "p (equal within 3 %)", "differs"]  # fmt: skip
    section.folded = f"All {len(rows)} comparisons in numbers"
    section.tables = [Table(header, [
        [measured(r), r["threads"], r["regime"], r["strategy"], number(r["ratio"]),
         whole(bracketed(r["low"], r["high"])),
         in_processes(r["n"] if r["paired"] else f"({r['n']})", r["clusters"]), percent(max(r["cv"], r["cv_baseline"])),
         p_value(r["p_holm"]), number(r["cliffs_delta"], "{:.2f}"),
         p_value(r["p_equal_3_percent"]), "yes" if r["differs"] else "not shown"]
        for r in rows
    ])]  # fmt: skip
    if any(not r["paired"] for r in rows):
        section.after = ["Numbers in parentheses: not paired, the samples were compared whole."]
    return section


def equal_section(verdict):
    section = Section("A/A")
    if verdict is None:
        return section
    asked = (
        "Do the statistics see differences where there are none? The processes that a block has of "
        "one cell, there and back, are dealt to two sides by a coin, and the sides compared as if "
        "they were two strategies. "
    )
    if verdict.families:
        section.text = [asked + (
            f"In {verdict.families} deals with {verdict.comparisons:,} comparisons, {verdict.flagged} "
            f"deals ({verdict.rate:.1%}) had something called different. At most 1 % may."
        )]  # fmt: skip
    else:
        section.text = [asked + (
            f"Nothing could be dealt: no cell has {equal.PLACES} processes in one regime that were "
            f"admitted; the one that has most has {verdict.places or 'none'}."
        )]  # fmt: skip
    return section


def latency_section(table, maker):
    section = Section("Latency")
    lines = []
    for name, rows, figure, sentence, quantiles in plot_latency.pictures(table, maker.machine):
        section.pictures.append(maker.picture(name, rows, figure, sentence))
        maker.data.setdefault("latency", []).extend(quantiles)
        lines += [
            [measured(q), q["strategy"], q["threads"], q["regime"], f"{q['operations']:,}",
             *(plot_latency.nanoseconds(q[w]) for w in ("p50_ns", "p99_ns", "p999_ns", "max_ns"))]
            for q in quantiles
        ]  # fmt: skip
    if not lines and len(usable(table)):
        section.text = [NOT_HERE.format(what="How long single operations take", measure="latency")]
    if lines:
        section.text = [
            "Measured in runs of their own, for looking at a clock costs as much as some operations. "
            "A line shows which share of operations took longer than x: further left and lower is "
            "better. A time is the upper edge of its bucket in a log-linear histogram."
        ]
        header = ["measured", "strategy", "threads", "regime", "operations", "p50", "p99", "p99.9", "max"]
        section.tables = [Table(header, lines)]
    return section


def nanoseconds(x):
    return "" if math.isnan(x) else plot_latency.nanoseconds(x)


def what_waits_are(rows):
    """The columns of waits, with what the loop around nothing had: that is the host's."""
    nothing = [row["longest_wait_ns"] for row in rows if row["strategy"] == "empty"]
    host = max((ns for ns in nothing if not math.isnan(ns)), default=math.nan)
    told = f", as that of `empty`, the loop around nothing, is ({nanoseconds(host)})" if host == host else ""
    return (
        "A wait is how long a thread was busy with some 20 µs of work, or with one operation if that takes "
        "longer; each repetition has its longest. The greatest of those is mostly a slice of the host's "
        f"scheduler{told}; what tells subjects apart is their median. The table has cells of at least "
        f"{plot_fairness.ENOUGH} repetitions, if there are any; `csv/fairness.csv` has all."
    )


def fairness_section(table, maker):
    section = pictured(
        "Fairness", plot_fairness,
        "A lock that one thread keeps for long runs looks fast. Right is fast, top is fair: "
        "Jain's index is 1 if all threads did the same, 1/N if one did everything.",
        table, maker,
    )  # fmt: skip
    rows = plot_fairness.all_of(table)
    if not rows:
        return section
    maker.data["fairness"] = rows
    wanted = claims.load()["claims"]
    shown = plot_fairness.chosen(rows, lambda key: any(claims.meant(claim, key) for claim in wanted))
    section.text.append(what_waits_are(shown))
    header = ["measured", "threads", "regime", "subject", "n", "Jain, median", "least", "max ÷ min, median",
              "longest wait, median", "greatest"]  # fmt: skip
    section.folded = f"{len(shown)} cells in numbers" if len(shown) > FAIRNESS_SHOWN else ""
    section.tables = [Table(header, [
        [measured(r), r["threads"], r["regime"], r["strategy"], r["n"], number(r["jain"], "{:.3f}"),
         number(r["jain_min"], "{:.3f}"), number(r["max_min"], "{:.2f}"),
         nanoseconds(r["longest_wait_median_ns"]), nanoseconds(r["longest_wait_ns"])]
        for r in shown
    ])]  # fmt: skip
    return section


def memory_section(table, maker):
    return pictured(
        "Memory", plot_memory,
        "What the process held while it ran, and what had been retired but could not be freed "
        "yet, at the worst moment.",
        table, maker,
    )  # fmt: skip


def counts_section(table, maker, words):
    section = Section("Events")
    rows = counts.rows(table)
    if not rows and len(usable(table)):
        section.text = [NOT_HERE.format(what="What is done to shared words", measure="count")]
    if rows:
        maker.data["counts"] = rows
        section.text = ["Exact events per operation, counted by a build made for it. They are "
                        "integers by integers and carry no noise; the CSV has the fractions. Two "
                        "numbers in a cell: the repetitions disagree, and how far."]  # fmt: skip
        section.tables = [Table(header, lines, title) for title, header, lines in counts.tables(rows)]
        met = style.unique(r["event"] for r in rows if r["events_per_op"] > 0)
        known = [[f"`{name}`", said] for name, said in words.all_of("events", met) if said]
        if known:
            section.tables.append(Table(["event", "what it is"], known))
        never = [r for r in style.unique(r["event"] for r in rows) if r not in met]
        if never:
            section.after = ["Counted, and never seen: " + ", ".join(f"`{name}`" for name in never) + "."]
    return section


def left_out_section(records, table):
    lines = [[why, f"{count:,}"] for why, count in left_out(table)]
    if records.repeated:
        lines.append(["a line that was there already", f"{records.repeated:,}"])
    if records.skipped:
        lines.append(["a line that is no record", f"{records.skipped:,}"])
    section = Section("Left out")
    if lines:
        section.text = [f"{len(usable(table)):,} repetitions of throughput are behind these figures. "
                        "Not among what was looked at:"]  # fmt: skip
        section.tables = [Table(["why", "records"], lines)]
        section.after = [f"`{problem}`" for problem in records.problems[:20]]
    return section


# --- Races --------------------------------------------------------------------


def matrix_section(records, maker):
    section = Section("Windows met")
    section.pictures = maker.pictures(plot_races.pictures(records.of("stress"), maker.stress_machine))
    if not records.of("stress"):
        return section
    section.text = [
        "A race is a pair of halves, stretches of code that two CPUs are inside of at once on one "
        "object. A driver hunts some pairs; what it never met it has not tested. `busted` has no "
        "locking and is there to be hit. A cell has the number of times its pair was met."
    ]
    rows = records.of("stress")
    strategies = style.in_order(r["strategy"] for r in rows)
    total = {(verdict, strategy): count for verdict, strategy, count in races.totals(rows)}
    verdicts = sorted({verdict for verdict, _ in total})
    section.tables = [Table(
        ["verdict", *strategies],
        [[v, *(str(total.get((v, s), "")) for s in strategies)] for v in verdicts],
        "Rows by verdict",
    )]  # fmt: skip
    found = races.exhibits(rows)
    if found:
        section.tables.append(Table(
            ["defect given back", "driver", "strategy", "rows", "found in", "median s"],
            [[e, d, s, str(n), str(hits), number(t[len(t) // 2] if t else None)]
             for e, d, s, n, hits, t in found],
        ))  # fmt: skip
    return section


def side_title(race, name):
    side = race[name]
    place = f" at {side['where']}" if side["where"] else ""
    atomic = "atomic " if side["atomic"] else ""
    return (f"**{name}**: {atomic}{side['access']} of {side['size_bytes']} bytes in "
            f"`{side['function'] or '?'}`{place}").replace("**", "")  # fmt: skip


def times(count):
    return "once" if count == 1 else f"{count:,} times"


def hazard_table(found):
    """The entries of the catalogue that a report leads to, by strategy."""
    known = [one for one in found if one.hazard]
    strategies = style.in_order(s for one in known for s in one.counts)
    lines = []
    for hazard in sorted({one.hazard for one in known}):
        own = [one.counts for one in known if one.hazard == hazard]
        sums = [sum(counts.get(s, 0) for counts in own) for s in strategies]
        lines.append([hazard, sarif.hazards().get(hazard, ""), *(str(n or "–") for n in sums)])
    return [Table(["hazard", "what it is", *strategies], lines, "Reports by hazard")] if lines else []


def race_entry(number_, found):
    facts = [
        ("reports", ", ".join(f"{s}: {found.counts[s]:,}" for s in style.in_order(found.counts))),
        ("drivers", ", ".join(sorted(found.drivers))),
    ]
    if found.hazard:
        facts.append(("hazard", f"{found.hazard}, a lead, not a proof (docs/hazards.md)"))
    if found.pairs:
        facts.append(("within the pair", ", ".join(sorted(found.pairs))))
    facts.append(("stacks of", f"{found.record['strategy']}, {found.record['driver']}, "
                               f"seed {found.record['seed']}"))  # fmt: skip
    names = [n for n in (found.hazard and f"hazard {found.hazard}",) if n]
    strategies = ", ".join(style.in_order(found.counts))
    title = f"{found.key} [{', '.join([*names, strategies])}], {times(found.count)}"
    sides = [(side_title(found.race, side), found.race[side]["stack"].rstrip()) for side in "ab"]
    return Race(f"race-{number_}", title, facts, sides, found.record["replay"])


def races_section(records, maker):
    section = Section("Races")
    found = races.collect(records.of("stress"))
    if not found:
        return section
    maker.data["races"] = [
        {"key": one.key, "kind": one.race["kind"], "hazard": one.hazard,
         "pairs": " ".join(sorted(one.pairs)), "unexpected": one.unexpected,
         "strategies": one.counts, "reports": one.count, "drivers": " ".join(sorted(one.drivers)),
         "replay": one.record["replay"]}
        for one in found
    ]  # fmt: skip
    unexpected = sum(one.unexpected for one in found)
    section.text = [
        f"{len(found):,} distinct pairs of functions were reported; {unexpected or 'none'} under a strategy "
        "that should have none (those come first). The others are of `busted`, of canaries and of "
        "defects that were given back. Side a is the access that the sanitizer stopped at, side b the "
        "one before it; the last line repeats the row."
    ]
    section.tables = hazard_table(found)
    section.races = [race_entry(k, one) for k, one in enumerate(found[:RACES_SHOWN], 1)]
    if len(found) > RACES_SHOWN:
        section.after = [f"{len(found) - RACES_SHOWN:,} more are in csv/races.csv and races.sarif."]
    return section


def searches_section(records, maker):
    section = Section("Searches")
    section.tables = searches.tables(records)
    if section.tables:
        rows = sum(len(table.rows) for table in section.tables)
        section.folded = f"All {rows:,} rows" if rows > SEARCHES_SHOWN else ""
        section.text = [searches.sentence(records)]
        maker.data["searches"] = searches.data(records)
    return section


def violation_lines(records):
    """Of rows of stress and runs, then of searches; a run has no races in its record."""
    rows = [
        r for r in records.of("stress") + records.of("run")
        if races.convicted(r) and not races.expected(r)
        and (r["verdict"] == "violation" or not r.get("races"))
    ]  # fmt: skip
    found = [r for c in searches.COMMANDS for r in records.of(c) if searches.surprising(r)]
    return [
        [r["strategy"], r["driver"] if r["command"] == "stress" else r["trace"], str(r["seed"]),
         r["note"], f"`{r['replay']}`"]
        for r in rows
    ] + [
        [r["strategy"], r["scenario"], str(r.get("seed", "")), r["note"],
         f"`{searches.replay_of(r)}`"]
        for r in found
    ]  # fmt: skip


def violations_section(records):
    """Rows convicted otherwise than by a report that is among the races, and not meant to be."""
    section = Section("Violations")
    lines = violation_lines(records)
    if lines:
        section.text = [f"{len(lines)} row{'s were' if len(lines) > 1 else ' was'} convicted that should have been sound."]
        header = ["strategy", "driver, trace or scenario", "seed", "what was found", "replay"]
        section.tables = [Table(header, lines)]
    return section
