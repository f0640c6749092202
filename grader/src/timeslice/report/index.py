"""The page of a class: a table of the submissions, the distribution of the scores, and the hardest clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from timeslice.model import Outcome, Result, Verdict
from timeslice.report.class_summary import BINS, clause_rates, is_final, percent, spread
from timeslice.report.rendering import render
from timeslice.words import OUTCOMES, Word

HARDEST_SHOWN = 12
_COUNTED = {
    Outcome.PASSED: "with full marks",
    Outcome.FAILED: "that lost points",
    Outcome.SUSPICIOUS: "to look at",
    Outcome.BROKEN: "to grade again",
}


@dataclass(frozen=True)
class Row:
    """One submission in the table."""

    result: Result
    word: Word
    final: bool  # whether its points count
    percent: float
    lost: int  # checks
    href: str | None
    note: str


def index_html(results: Sequence[Result], links: Sequence[str | None]) -> str:
    """The text of the page. ``links`` are the addresses of the submissions' pages, relative to this page."""
    rates = clause_rates(results)
    scores = spread(results)
    tallest = max(scores.bins, default=0) or 1
    return render(
        "index.html.j2",
        "index.js",
        assignment=results[0].assignment if results else "",
        rows=[_row(result, link) for result, link in zip(results, links, strict=True)],
        spread=scores,
        bars=[(index * 100 // BINS, count, 100 * count / tallest) for index, count in enumerate(scores.bins)],
        outcomes=[
            (label, OUTCOMES[outcome].tone, sum(result.outcome is outcome for result in results))
            for outcome, label in _COUNTED.items()
        ],
        hardest=[rate for rate in rates if rate.passed < rate.ran][:HARDEST_SHOWN],
        others=[rate for rate in rates if rate.passed < rate.ran][HARDEST_SHOWN:]
        + [rate for rate in rates if rate.passed == rate.ran],
    )


def _row(result: Result, link: str | None) -> Row:
    lost = sum(check.verdict not in (Verdict.PASSED, Verdict.BROKEN) for check in result.checks)
    return Row(result, OUTCOMES[result.outcome], is_final(result), percent(result), lost, link, result.summary)
