"""Tells what the witnesses say: a line about all of them, and both sides where bank and witness disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from timeslice.model import Result, WitnessAnswer, WitnessReport
from timeslice.untrusted import visible

WORDS = {
    WitnessAnswer.AGREES: "agrees with the bank",
    WitnessAnswer.DISAGREES: "disagrees with the bank",
    WitnessAnswer.NOT_ASKED: "was not asked: a clause that it needs does not hold, or no time was left",
    WitnessAnswer.BROKEN: "disagrees with the reference too, so the kit or the machine is at fault",
}


def disagreeing(result: Result) -> list[WitnessReport]:
    """The scenarios that a person must look at."""
    return [report for report in result.witnesses if report.answer is WitnessAnswer.DISAGREES]


def summary(reports: Sequence[WitnessReport]) -> str:
    """How many scenarios agree, disagree and were not asked, in one line."""
    counts = Counter(report.answer for report in reports)
    parts = [f"{counts[answer]} {word}" for answer, word in _COUNTED.items() if counts[answer]]
    return f"{len(reports)} scenarios: {', '.join(parts)}"


_COUNTED = {
    WitnessAnswer.AGREES: "agree with the bank",
    WitnessAnswer.DISAGREES: "disagree",
    WitnessAnswer.NOT_ASKED: "were not asked, because clauses that they need do not hold, or no time was left",
    WitnessAnswer.BROKEN: "are broken on this machine",
}


def told(report: WitnessReport) -> str:
    """What the bank says and what the witness says about one scenario, in several lines."""
    clauses = ", ".join(sentence.address for sentence in report.shows)
    failures = dict.fromkeys(report.failures)
    seen = [f"the witness ({report.failures.count(failure)} times): {failure}" for failure in failures]
    bank = ["the bank: every test of these clauses passed"] if report.answer is WitnessAnswer.DISAGREES else []
    return visible("\n".join([report.title, f"it shows: {clauses}", *bank, *seen]))
