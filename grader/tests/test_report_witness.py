"""What the reports say about witnesses: on the page, in JUnit, on the terminal and in the summary."""

from __future__ import annotations

import io

from defusedxml import ElementTree
from rich.console import Console

from report_samples import sample_result
from timeslice.model import BindingSentence, Outcome, Result, WitnessAnswer, WitnessReport
from timeslice.report.junit import junit_xml
from timeslice.report.page import page_html
from timeslice.report.terminal import in_full

HOSTILE = "<b>\x1b[2J</b>"


def report(name: str, answer: WitnessAnswer, *failures: str) -> WitnessReport:
    return WitnessReport(
        scenario=name,
        lab="udp",
        title="Python's socket asks.",
        answer=answer,
        shows=[BindingSentence(address="UDP-SRV-001", text="The reply goes to the sender.")],
        failures=list(failures),
    )


def with_witnesses() -> Result:
    """A result with a scenario of each answer."""
    return sample_result(
        outcome=Outcome.SUSPICIOUS,
        witnesses=[
            report("it-answers", WitnessAnswer.AGREES, "no reply"),
            report("it-lies", WitnessAnswer.DISAGREES, "no reply", "no reply", f"got {HOSTILE}"),
            report("it-is-a-stub", WitnessAnswer.NOT_ASKED),
            report("it-is-odd", WitnessAnswer.BROKEN, "the machine is odd"),
        ],
    )


def test_the_page_shows_both_sides() -> None:
    page = page_html(with_witnesses())
    told = page[page.index('<section id="witness">') :]
    for part in (
        "1 agree with the bank",
        "1 disagree",
        "it-lies",
        "UDP-SRV-001",
        "got &lt;b&gt;",
        "the machine is odd",
    ):
        assert part in told, part
    assert "\x1b" not in page
    assert 'href="#witness"' in page


def test_a_page_without_witnesses_has_no_such_part() -> None:
    assert "#witness" not in page_html(sample_result())


def test_junit_has_a_case_for_each_scenario() -> None:
    result = with_witnesses()
    root = ElementTree.fromstring(junit_xml(result))
    (suite,) = [suite for suite in root.iter("testsuite") if suite.get("name") == "witness"]
    tags = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert tags == {"it-answers": [], "it-lies": ["failure"], "it-is-a-stub": ["skipped"], "it-is-odd": ["error"]}
    counted = ("tests", "failures", "errors", "skipped")
    assert [suite.get(name) for name in counted] == ["4", "1", "1", "1"]
    for name in counted:
        assert int(root.get(name) or 0) == sum(int(one.get(name) or 0) for one in root.iter("testsuite"))


def test_the_terminal_shows_only_where_they_disagree() -> None:
    out = io.StringIO()
    in_full(with_witnesses(), Console(file=out, width=200))
    text = out.getvalue()
    assert "Bank and witness disagree: it-lies" in text
    assert "the bank: every test of these clauses passed" in text
    assert "the witness (2 times): no reply" in text
    assert "it-answers" not in text
    assert "\x1b" not in text
