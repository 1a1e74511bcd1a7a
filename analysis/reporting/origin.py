# SPDX-License-Identifier: BSD-2-Clause
"""What was measured on what, in words: the first paragraph and the titles' line."""

from reporting import style
from reporting.measurements import left_out, of_measure, usable

HALF = 0.5  # of what was measured; if less was admitted, the reader is told first


def values(records, name):
    return style.unique(r[name] for r in records if r.get(name) is not None)


def listed(words):
    words = [str(w) for w in words]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def commit_of(record):
    return (record["commit"] or "unknown")[:12] + ("+changes" if record["dirty"] else "")


def machine(records):
    """For a picture's title: the processor and the commit, as few words as tell them."""
    cpus = values(records, "cpu") or ["unknown processor"]
    cores = values(records, "cores")
    commits = style.unique(map(commit_of, records))
    return f"{' / '.join(cpus)}, {'/'.join(map(str, cores))} CPUs, vmrace {' / '.join(commits)}"


def what(records):
    """How many rows of which kind."""
    names = {
        "bench": ("repetition of a benchmark", "repetitions of benchmarks"),
        "run": ("run of a recorded trace", "runs of recorded traces"),
        "stress": ("row of stress", "rows of stress"),
        "explore": ("search", "searches"),
        "hunt": ("hunt", "hunts"),
        "replay": ("failure replayed", "failures replayed"),
    }
    return listed(
        f"{len(records.of(command)):,} {one if len(records.of(command)) == 1 else many}"
        for command, (one, many) in names.items()
        if records.of(command)
    )


def paragraph(records):
    everything = [r for rows in records.by_command.values() for r in rows]
    strategies = style.in_order({r["strategy"] for r in everything} - {"none"})
    lockings = f": here {listed(strategies)}" if strategies else ", which no row needs"
    cpus = values(everything, "cpu") or ["a processor of unknown name"]
    started = sorted(r["started"] for r in everything)
    machines = listed(
        f"{r[0]} (Linux {r[1]})"
        for r in style.unique((r["host"], r["kernel"]) for r in everything)
    )
    built = listed(
        f"{c.split(' (')[0]} with {f or 'no flags'}, allocator {a}"
        for c, f, a in style.unique((r["compiler"], r["flags"], r["allocator"]) for r in everything)
    )
    return (
        f"This page is about {what(records)} of vmrace, which runs the virtual-memory object "
        f"module of 4.4BSD and Mach in user space under different lockings{lockings}. "
        f"Measured on {machines}: {listed(cpus)}, {listed(values(everything, 'cores'))} CPUs, "
        f"between {started[0]} and {started[-1]}. "
        f"Text: commit {listed(style.unique(map(commit_of, everything)))}; built by {built}."
    )


def refused(table):
    """That hardly anything was admitted, and why; or nothing."""
    rates = of_measure(table)
    counted = len(usable(rates))
    if counted >= HALF * len(rates):
        return []
    why = "; ".join(f"{reason} ({count})" for reason, count in left_out(rates))
    left = "No claim rests on them" if counted == 0 else "Claims rest on those alone"
    return [
        f"{counted:,} of {len(rates):,} repetitions were admitted: {why}. {left}; what else is drawn is "
        "marked as not ours, to be looked at and not quoted. Run it again on a quiet machine: nothing "
        "else at work, as root if that can be."
    ]


def warnings(records, table):
    """What makes comparisons within this page doubtful."""
    everything = [r for rows in records.by_command.values() for r in rows]
    speeds = records.of("bench") + records.of("run")
    said = refused(table)
    if len(values(speeds, "host")) > 1 or len(values(speeds, "cpu")) > 1:
        said.append("The speeds are of several machines; ratios pair only what one run measured.")
    if len(style.unique(map(commit_of, speeds))) > 1:
        said.append("The speeds are of several commits.")
    if any(r["dirty"] for r in everything):
        said.append("Some of it was built from text that was changed since its commit.")
    if any(r["vm_checks"] for r in speeds):
        said.append("Some speeds are of a build with checks: compare none of them with others.")
    return said
