"""The table that ``timeslice grade`` prints at its end: a line a submission."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from timeslice.model import Outcome, Result, Verdict
from timeslice.report.text import one_line
from timeslice.report.words import OUTCOMES

_STYLES = {"good": "green", "bad": "red", "memory": "magenta", "time": "yellow", "kit": "cyan", "quiet": "dim"}
_WIDE = 100  # columns of a terminal that has room for everything
_LOST_SHOWN = 3  # clauses named


def table(results: Sequence[Result], console: Console) -> None:
    """Print the results in the order given. Nothing in them is taken for markup, an escape or a CI's command."""
    wide = console.width >= _WIDE
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    grid.add_column("Submission", overflow="fold", min_width=12, max_width=40)
    grid.add_column("Points", justify="right", no_wrap=True)
    grid.add_column("Outcome", no_wrap=True)
    grid.add_column("Memory", no_wrap=True)
    if wide:
        grid.add_column("Lines run", justify="right", no_wrap=True)
    grid.add_column("What was lost", no_wrap=True, overflow="ellipsis", ratio=1)
    for result in results:
        word = OUTCOMES[result.outcome]
        grid.add_row(
            Text(one_line(result.submission, 80)),
            f"{result.score.earned}/{result.score.possible}",
            Text(f"{word.sign} {word.label}", style=_STYLES[word.tone]),
            Text(_memory(result)),
            *([Text(_covered(result))] if wide else []),
            Text(_lost(result)),
        )
    console.print(grid)


def _memory(result: Result) -> str:
    count = len(result.memory.findings)
    findings = "1 finding" if count == 1 else f"{count} findings"
    return {"clean": "clean", "findings": findings, "not_run": "not run", "broken": "kit error"}[result.memory.status]


def _covered(result: Result) -> str:
    coverage = result.coverage
    return f"{100 * coverage.lines_run // coverage.lines}%" if coverage.status == "measured" and coverage.lines else ""


def _lost(result: Result) -> str:
    """The first clauses that lost points, or the one line that says why there is nothing to name."""
    if result.outcome in (Outcome.SUSPICIOUS, Outcome.BROKEN) or result.build.status != "built":
        return one_line(result.summary, 100)
    absent = [f"nothing of {lab.title}" for lab in result.labs if not lab.handed_in]
    quiet = (Verdict.PASSED, Verdict.BROKEN, *([Verdict.NOT_RUN] if absent else []))
    failed = [check for check in result.checks if check.verdict not in quiet]
    clauses = list(dict.fromkeys(check.clause for check in failed if check.clause))
    count = "1 clause" if len(clauses) == 1 else f"{len(clauses)} clauses"
    more = ", ..." if len(clauses) > _LOST_SHOWN else ""
    lost = [f"{count}: {', '.join(clauses[:_LOST_SHOWN])}{more}"] if clauses else []
    return one_line("; ".join([*lost, *absent]), 100)
