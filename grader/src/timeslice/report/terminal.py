"""What ``timeslice grade`` prints at its end: one line for each submission, and all details of a single one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD, Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from timeslice.grade.replay import BUILD
from timeslice.model import Outcome, Result, Verdict
from timeslice.report import testimony
from timeslice.report.class_summary import points
from timeslice.report.failure import difference_text, failure_text, first_failure, unsteady_text
from timeslice.screen import fit
from timeslice.untrusted import report_line, visible
from timeslice.words import OUTCOMES

_COMMANDS_OF_CI = re.compile(r"^(\s*)([:#])\2", re.MULTILINE)
_STYLES = {"good": "green", "bad": "red", "memory": "magenta", "time": "yellow", "kit": "cyan", "quiet": "dim"}
_LOST_SHOWN = 3  # how many clauses the table names
_WHAT = "What was lost"
_NAME, _LOST = 8, 24  # the fewest characters for a name and for what was lost
_BETWEEN, _EDGES = 3, 2  # blanks between two columns, and at the sides of the table
_HEAD_IN_ASCII = Box(str(SIMPLE_HEAD).replace("\u2500", "-"), ascii=True)


@dataclass(frozen=True)
class _Column:
    """A column of the table: its title, its cells, and when it is dropped if the terminal is narrow."""

    title: str
    cell: Callable[[Result], Text]
    leaves: int = 0  # the column with the highest number is dropped first; 0 stays


# ---- the table ----


def table(results: Sequence[Result], console: Console) -> None:
    """Print the results in the given order. Text in them never acts as markup, an escape or a command of CI."""
    columns = [
        _Column("Submission", lambda result: Text(report_line(result.submission, 80))),
        _Column("Points", lambda result: Text(points(result), justify="right"), 1),
        _Column("Outcome", _outcome, 2),
        _Column("Memory", lambda result: Text(_memory(result)), 3),
        _Column("Lines run", lambda result: Text(_covered(result), justify="right"), 5),
        _Column(_WHAT, lambda result: Text(_lost(result)), 4),
    ]
    cells = {column.title: [_fitted(column.cell(result), console) for result in results] for column in columns}
    widths = {title: max(len(title), *(text.cell_len for text in texts)) for title, texts in cells.items()}
    least = {**widths, "Submission": min(widths["Submission"], _NAME), _WHAT: _LOST}
    while len(columns) > 1 and sum(least[c.title] + _BETWEEN for c in columns) - _BETWEEN + _EDGES > console.width:
        columns.remove(max(columns, key=lambda column: column.leaves))
    grid = Table(
        box=_HEAD_IN_ASCII if console.options.ascii_only else SIMPLE_HEAD,
        pad_edge=False,
        expand=_WHAT in {c.title for c in columns},
    )
    for column in columns:
        _add_column(grid, column.title, min(least[column.title], console.width))
    for row in zip(*(cells[column.title] for column in columns), strict=True):
        grid.add_row(*row)
    console.print(grid)


def _add_column(grid: Table, title: str, least: int) -> None:
    """A long name continues on the next line. A long loss is shortened. The other columns keep their width."""
    if title == "Submission":
        grid.add_column(title, overflow="fold", min_width=least, max_width=40)
    elif title == _WHAT:
        grid.add_column(title, no_wrap=True, overflow="ellipsis", ratio=1)
    else:
        grid.add_column(title, no_wrap=True, min_width=least)


def _fitted(text: Text, console: Console) -> Text:
    """The text in the encoding of the terminal, so that each column keeps its planned width."""
    text.plain = fit(text.plain, console.encoding)
    return text


def _outcome(result: Result) -> Text:
    word = OUTCOMES[result.outcome]
    return Text(f"{word.sign} {word.label}", style=_STYLES[word.tone])


def _memory(result: Result) -> str:
    count = len(result.memory.findings)
    findings = "1 finding" if count == 1 else f"{count} findings"
    return {"clean": "clean", "findings": findings, "not_run": "not run", "broken": "broken"}[result.memory.status]


def _covered(result: Result) -> str:
    coverage = result.coverage
    return f"{100 * coverage.lines_run // coverage.lines}%" if coverage.status == "measured" and coverage.lines else ""


def _lost(result: Result) -> str:
    """The first clauses that lost points, or one line that says why there are none to name."""
    if result.outcome in (Outcome.SUSPICIOUS, Outcome.BROKEN) or result.build.status != "built":
        return report_line(result.summary, 100)
    absent = [f"no .c file for {lab.title}" for lab in result.labs if not lab.handed_in]
    quiet = (Verdict.PASSED, Verdict.BROKEN, *([Verdict.NOT_RUN] if absent else []))
    failed = [check for check in result.checks if check.verdict not in quiet]
    clauses = list(dict.fromkeys(check.clause for check in failed if check.clause))
    count = "1 clause" if len(clauses) == 1 else f"{len(clauses)} clauses"
    more = ", ..." if len(clauses) > _LOST_SHOWN else ""
    lost = [f"{count}: {', '.join(clauses[:_LOST_SHOWN])}{more}"] if clauses else []
    return report_line("; ".join([*lost, *absent]), 100)


# ---- a single submission ----


def in_full(result: Result, console: Console) -> None:
    """Print the details of a single submission. Suspicions and faults come first, then one failure in full."""
    for title, text in _parts(result, console.width):
        console.print()
        console.print(Text(title, style="bold"), soft_wrap=True)
        # Rich must not wrap these lines: a wrapped command does not work. The terminal itself may wrap them.
        console.print(Text(_for_a_log(text)), soft_wrap=True)


def _parts(result: Result, width: int) -> Iterator[tuple[str, str]]:
    """The title and the text of each part that is not empty."""
    if result.suspicions:
        yield "A person must look at this submission", _lines(result.suspicions)
    for report in testimony.disagreeing(result):
        yield f"Bank and witness disagree: {report.scenario}", testimony.told(report)
    if result.kit_faults:
        yield "Faults of the kit on this machine, which cost no points", _lines(result.kit_faults)
    build = next((check for check in result.checks if check.name == BUILD and check.verdict is Verdict.FAILED), None)
    if build:
        yield "The build failed: repair it first", failure_text(build, width, output=False)
    first = first_failure(result)
    if first:
        yield _heading(result), f"{first.name}\n{failure_text(first, width)}"
    for check in (check for check in result.checks if check.unsteady and check is not first):
        yield "Unsteady: the runs of this test differ. The verdict of most runs counts", unsteady_text(check)
    for difference in result.memory.differences:
        yield (
            "Passes natively, but not under a tool, which found no error; this costs no points",
            difference_text(difference),
        )
    if result.notes:
        yield "Notes", _lines(result.notes)


def _heading(result: Result) -> str:
    quiet = (Verdict.PASSED, Verdict.NOT_RUN, Verdict.BROKEN)
    count = sum(check.verdict not in quiet and check.name != BUILD for check in result.checks)
    return "What failed" if count == 1 else f"One of {count} failures: start with this one"


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(f"- {' '.join(visible(text).split())}" for text in texts)


def _for_a_log(text: str) -> str:
    """Change each line that a CI service would take for a command."""
    return _COMMANDS_OF_CI.sub(r"\1\2 \2", text)
