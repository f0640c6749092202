"""Statistics of a class: the distribution of the scores, and the hardest clauses."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from timeslice.model import Outcome, Result, Verdict

BINS = 10


@dataclass(frozen=True)
class ClauseRate:
    """How many submissions ran the checks of a clause, and how many passed all of them."""

    clause: str
    sentence: str
    passed: int
    ran: int

    @property
    def percent(self) -> int:
        return 100 * self.passed // self.ran


@dataclass(frozen=True)
class Distribution:
    """The final scores in percent: how many are in each tenth (100 is in the last), their mean and their median."""

    counted: int
    bins: tuple[int, ...]
    mean: float
    median: float


def is_final(result: Result) -> bool:
    """True for a score that counts. A broken or suspicious grade does not count."""
    return result.outcome in (Outcome.PASSED, Outcome.FAILED)


def points(result: Result) -> str:
    """The earned and the possible points, for a table. A score that is not final shows ``-`` as its earned points."""
    return f"{result.score.earned if is_final(result) else '-'}/{result.score.possible}"


def percent(result: Result) -> float:
    """The earned points in percent."""
    return 100 * result.score.earned / result.score.possible if result.score.possible else 0.0


def spread(results: Sequence[Result]) -> Distribution:
    """The distribution of the final results. A broken or suspicious grade is not a score yet."""
    scores = [percent(result) for result in results if is_final(result)]
    bins = [0] * BINS
    for score in scores:
        bins[min(int(score * BINS / 100), BINS - 1)] += 1
    mean = statistics.fmean(scores) if scores else 0.0
    return Distribution(len(scores), tuple(bins), mean, statistics.median(scores) if scores else 0.0)


def clause_rates(results: Sequence[Result]) -> list[ClauseRate]:
    """The clauses by the share of submissions that passed them, hardest first. Checks that did not run do not count."""
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
