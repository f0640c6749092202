"""What the results of a class say together: how scores spread, and which clauses the class struggles with."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from timeslice.model import Outcome, Result, Verdict

BINS = 10


@dataclass(frozen=True)
class ClauseRate:
    """How many of the submissions that ran passed every check of a clause."""

    clause: str
    sentence: str
    passed: int
    ran: int

    @property
    def percent(self) -> int:
        return 100 * self.passed // self.ran


@dataclass(frozen=True)
class Distribution:
    """The scores that count, in percent: how many fall in each tenth (100 is in the last), and their middle."""

    counted: int
    bins: tuple[int, ...]
    mean: float
    median: float


def is_final(result: Result) -> bool:
    """True for a score that counts: not where the kit could not finish, or where a person must look at it first."""
    return result.outcome in (Outcome.PASSED, Outcome.FAILED)


def points(result: Result) -> str:
    """Points of those that could be had, for a table; never a number where none is final."""
    return f"{result.score.earned if is_final(result) else '-'}/{result.score.possible}"


def percent(result: Result) -> float:
    """Points earned, of 100."""
    return 100 * result.score.earned / result.score.possible if result.score.possible else 0.0


def spread(results: Sequence[Result]) -> Distribution:
    """Over the final results: what the kit could not finish or a person must look at is not a score yet."""
    scores = [percent(result) for result in results if is_final(result)]
    bins = [0] * BINS
    for score in scores:
        bins[min(int(score * BINS / 100), BINS - 1)] += 1
    mean = statistics.fmean(scores) if scores else 0.0
    return Distribution(len(scores), tuple(bins), mean, statistics.median(scores) if scores else 0.0)


def clause_rates(results: Sequence[Result]) -> list[ClauseRate]:
    """The clauses by the share of submissions that passed them, hardest first; what did not run is not counted."""
    sentences: dict[str, str] = {}
    passed: dict[str, int] = {}
    ran: dict[str, int] = {}
    for result in results:
        verdicts: dict[str, list[Verdict]] = {}
        for check in result.checks:
            if check.clause is not None and check.verdict not in (Verdict.NOT_RUN, Verdict.BROKEN):
                verdicts.setdefault(check.clause, []).append(check.verdict)
                sentences.setdefault(check.clause, check.sentence)
        for clause, found in verdicts.items():
            ran[clause] = ran.get(clause, 0) + 1
            passed[clause] = passed.get(clause, 0) + all(verdict is Verdict.PASSED for verdict in found)
    rates = [ClauseRate(clause, sentences[clause], passed[clause], count) for clause, count in ran.items()]
    return sorted(rates, key=lambda rate: (rate.passed / rate.ran, rate.clause))
