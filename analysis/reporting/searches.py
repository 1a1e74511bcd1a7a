# SPDX-License-Identifier: BSD-2-Clause
"""What the deterministic scheduler was made to search, find and repeat.

Rows of `explore`, `hunt` and `replay`: who decided the order, how much of all
there is was seen, how it ended, and the command that has the failure again.
"""

from reporting.page import Table

UNSOUND = ("violation", "sanitizer report")
COMMANDS = ("explore", "hunt", "replay")


def expected(record):
    """Is it the point of this row to fail?"""
    if record["command"] == "hunt":
        return record["expected_to_fail"]
    return record["strategy"] == "busted" or bool(record["as_found"]) or bool(record["wrong"])


def surprising(record):
    """It failed, and should not have, or not like that."""
    if record["verdict"] not in UNSOUND:
        return False
    return not (record["expectation_met"] if record["command"] == "hunt" else expected(record))


def replay_of(record):
    """The command that has the first failure again; empty if there is none."""
    if record["command"] == "explore":
        return record["found"][0]["replay"] if record["found"] else ""
    return record["replay"] or ""


def approximately(x):
    return f"{x:,.0f}" if x < 1e6 else f"{x:.2g}"


def share(x):
    return f"{100 * x:.2g} %"


def policies(record):
    """Those that draw, in turns, are a portfolio; bound says how far."""
    names = record["schedulers"]
    if names == ["bound"]:
        return f"bound {record['bound']}"
    return names[0] if len(names) == 1 else f"portfolio of {len(names)}"


def preempted(most):
    return "without a preemption" if most == 0 else f"with {most} preemption{'s' * (most > 1)} or fewer"


def searched(space, complete):
    unit, error = space["unit"], space.get("estimate_error", 0)
    if complete:
        all_of_them = "all of them" if space["whole"] else "all " + preempted(len(space["bounds"]) - 1)
        return f"{space['seen']:,} {unit}, {all_of_them}"
    if "estimate" not in space:
        return f"{space['seen']:,} {unit}"
    return (f"{space['seen']:,} of about {approximately(space['estimate'])} ± "
            f"{approximately(error)} {unit}: {share(space['seen_share'])}")  # fmt: skip


def certificates(space):
    """The largest bound below which nothing fails."""
    sound = [row["bound"] for row in space["bounds"] if row["none_fails"]]
    if not sound:
        return ""
    return "; none fails " + preempted(max(sound))


def space_words(record):
    space = record.get("space")
    if space is None:
        return ""
    if space["kind"] == "drawn":
        return (f"at least {approximately(space['classes_at_least'])} classes; "
                f"at most {share(space['unseen_share'])} of draws are new")  # fmt: skip
    return searched(space, record["complete"]) + certificates(space)


def mark(record):
    if surprising(record) or record["verdict"] == "not started":
        return "bad"
    if record["verdict"] in UNSOUND:
        return "open"
    return "good" if record["verdict"] == "sound" else "open"


def verdict_words(record):
    words = record["verdict"]
    if record["verdict"] in UNSOUND:
        first = record["found"][0] if record["command"] == "explore" else None
        kind = first["verdict"] if first else record.get("outcome") or record["found"]["verdict"]
        words += f": {kind}" + ("" if surprising(record) else ", as expected")
    return words + (", interrupted" if record.get("interrupted") else "")


def subject(record):
    return [record["scenario"], record["strategy"], ", ".join(record["as_found"])]


def in_code(text):
    return f"`{text}`" if text else ""


SUBJECT = ["scenario", "strategy", "given back"]


def explored(rows):
    lines = [
        [*subject(r), policies(r), f"{r['executions']:,}", approximately(r["executions_per_s"]),
         space_words(r), in_code(replay_of(r)), verdict_words(r)]
        for r in rows
    ]  # fmt: skip
    header = [*SUBJECT, "policy", "executions", "a second", "of all there is", "reproducer", "verdict"]
    return Table(header, lines, "Explored", [mark(r) for r in rows])


def least(shrunk):
    if shrunk is None:
        return ""
    return (f"{shrunk['preemptions']} preemption{'' if shrunk['preemptions'] == 1 else 's'}, "
            f"{shrunk['steps']:,} steps; {shrunk['certificate']}")  # fmt: skip


def hunted(rows):
    lines = [
        [*subject(r), r["found"]["scheduler"] if r["found"] else policies(r), f"{r['executions']:,}",
         least(r["shrunk"]), in_code(replay_of(r)), verdict_words(r)]
        for r in rows
    ]  # fmt: skip
    header = [*SUBJECT, "policy", "executions", "the least that fails", "reproducer", "verdict"]
    return Table(header, lines, "Hunted", [mark(r) for r in rows])


def replayed(rows):
    lines = [
        [*subject(r), f"{r['preemptions']:,}", f"{r['points']:,}", r["note"], in_code(replay_of(r)),
         verdict_words(r)]
        for r in rows
    ]  # fmt: skip
    header = [*SUBJECT, "preemptions", "steps", "what is seen", "reproducer", "verdict"]
    return Table(header, lines, "Replayed", [mark(r) for r in rows])


def tables(records):
    """One for each command that there are rows of."""
    made = zip(COMMANDS, (explored, hunted, replayed))
    return [table(records.of(command)) for command, table in made if records.of(command)]


def data(records):
    """The rows behind them, for the CSV."""
    return [
        {"command": r["command"], "scenario": r["scenario"], "strategy": r["strategy"],
         "as_found": r["as_found"], "schedulers": r.get("schedulers", []),
         "executions": r.get("executions", 1), "space": r.get("space"), "verdict": r["verdict"],
         "expected": expected(r), "replay": replay_of(r)}
        for command in COMMANDS
        for r in records.of(command)
    ]  # fmt: skip


def sentence(records):
    rows = [r for command in COMMANDS for r in records.of(command)]
    complete = sum(r.get("complete", False) for r in rows)
    certified = sum(bool(r["shrunk"] and r["shrunk"]["certified"]) for r in records.of("hunt"))
    wrong = sum(surprising(r) for r in rows)
    words = [f"{len(rows):,} rows; {wrong or 'none'} failed that should not have"]
    if complete:
        words.append(f"{complete} searched to the end")
    if certified:
        words.append(f"{certified} failures certified to be the least")
    return (
        "; ".join(words) + ". A row runs a few CPUs under the deterministic scheduler again and "
        "again, each time in another order (docs/explore.md). What is known to be wrong, by a "
        "defect given back, by `busted` or by the scenario, is there to be found. The reproducer "
        "runs the failure again."
    )
