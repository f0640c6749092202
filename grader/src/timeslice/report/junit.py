"""JUnit XML of one submission, in the form that Jenkins, GitLab and GitHub read.

A check is a ``failure`` if the student's code failed. It is an ``error`` if the kit failed. It is ``skipped`` if it
could not run.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from timeslice.model import Check, Result, Verdict, WitnessAnswer, WitnessReport
from timeslice.report import testimony
from timeslice.report.failure import difference_text, failure_text, unsteady_text
from timeslice.untrusted import clip, visible
from timeslice.words import VERDICTS

TEXT_LIMIT = 16_000  # characters of one text


def junit_xml(result: Result) -> str:
    """The text of the document, with its XML declaration."""
    suites = [(suite, list(checks)) for suite, checks in groupby(result.checks, key=_suite)]
    totals = _summed(_totals(result.checks), _witness_totals(result.witnesses))
    root = Element("testsuites", {"name": _clean(result.submission, 200), **totals})
    for suite, checks in suites:
        element = SubElement(root, "testsuite", {"name": suite, **_totals(checks)})
        for check in checks:
            _add_case(element, suite, check)
    if len(root):
        _add_remarks(root[0], result)
    if result.witnesses:
        _add_witnesses(root, result.witnesses)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(check: Check) -> str:
    return _clean(check.name.partition("/")[0], 200)


def _totals(checks: Sequence[Check]) -> dict[str, str]:
    tags = [_tag(check) for check in checks]
    return {
        "tests": str(len(checks)),
        "failures": str(tags.count("failure")),
        "errors": str(tags.count("error")),
        "skipped": str(tags.count("skipped")),
        "time": f"{sum(check.seconds for check in checks):.3f}",
    }


def _tag(check: Check) -> str | None:
    others = {Verdict.PASSED: None, Verdict.BROKEN: "error", Verdict.NOT_RUN: "skipped"}
    return others.get(check.verdict, "failure")


def _add_case(suite_element: Element, suite: str, check: Check) -> None:
    name = _clean(check.name.partition("/")[2] or check.name, 200)
    case = SubElement(suite_element, "testcase", {"classname": suite, "name": name, "time": f"{check.seconds:.3f}"})
    tag = _tag(check)
    if tag is not None:
        word = VERDICTS[check.verdict]
        headline = check.message.strip().partition("\n")[0] or word.meaning
        label = f"{check.clause} {word.label.lower()}: {headline}" if check.clause else f"{word.label}: {headline}"
        outcome = SubElement(case, tag, {"message": _clean(label, 400), "type": check.verdict.value})
        outcome.text = _clean(failure_text(check, output=False), TEXT_LIMIT)
    unsteady = [f"The test is unsteady: its runs differ.\n{unsteady_text(check)}"] if check.unsteady else []
    told = "\n".join([*([check.output] if check.output else []), *unsteady])
    if told:
        SubElement(case, "system-out").text = _clean(told, TEXT_LIMIT)


def _add_remarks(first: Element, result: Result) -> None:
    """Add to the first suite what costs no points: faults of the kit, and tests that differ under a tool."""
    remarks = [f"A fault of the kit on this machine, which costs no points: {fault}" for fault in result.kit_faults]
    remarks += [
        f"Passes natively, but not under a tool, which found no error; this costs no points:\n"
        f"{difference_text(difference)}"
        for difference in result.memory.differences
    ]
    if remarks:
        SubElement(first, "system-out").text = _clean("\n".join(remarks), TEXT_LIMIT)


_WITNESS_TAGS = {
    WitnessAnswer.AGREES: None,
    WitnessAnswer.DISAGREES: "failure",
    WitnessAnswer.NOT_ASKED: "skipped",
    WitnessAnswer.BROKEN: "error",
}


def _witness_totals(reports: Sequence[WitnessReport]) -> dict[str, str]:
    tags = [_WITNESS_TAGS[report.answer] for report in reports]
    counts = {
        name: tags.count(tag) for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    return {"tests": str(len(reports)), **{name: str(count) for name, count in counts.items()}, "time": "0.000"}


def _summed(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    """The sum of two totals."""
    whole = {name: str(int(one[name]) + int(other[name])) for name in ("tests", "failures", "errors", "skipped")}
    return {**whole, "time": one["time"]}


def _add_witnesses(root: Element, reports: Sequence[WitnessReport]) -> None:
    """A suite with a test case for each scenario of a witness."""
    suite = SubElement(root, "testsuite", {"name": "witness", **_witness_totals(reports)})
    for report in reports:
        name = {"classname": f"witness.{report.lab}", "name": _clean(report.scenario, 200), "time": "0.000"}
        case = SubElement(suite, "testcase", name)
        tag = _WITNESS_TAGS[report.answer]
        if tag is not None:
            headline = f"the witness {testimony.WORDS[report.answer]}"
            outcome = SubElement(case, tag, {"message": _clean(headline, 400), "type": report.answer.value})
            outcome.text = _clean(testimony.told(report), TEXT_LIMIT)


def _clean(text: str, limit: int) -> str:
    return visible(clip(text, limit))
