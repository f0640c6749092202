"""The page of one submission: the score, what failed and why, and the student's source with counts and findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from timeslice.model import Check, Difference, Finding, LabScore, Result, Verdict
from timeslice.report import testimony
from timeslice.report.class_summary import is_final
from timeslice.report.drawings import GanttDrawing, LadderDrawing, draw_gantt, draw_ladder
from timeslice.report.failure import FailureStory, RunGroup, failure_story, run_groups
from timeslice.report.figures.gantt import GanttPair, agreement
from timeslice.report.rendering import TEXT_LIMIT, render
from timeslice.report.source_view import SourceFile, function_places, line_id, source_files
from timeslice.words import OUTCOMES, VERDICTS, Word

OPEN_CARDS = 12  # if more checks fail than this, only the first few cards are open
FIRST_CARDS = 4
FINDINGS_SHOWN = 5  # findings on one card
_WORD = re.compile(r"\w+|\W")


@dataclass(frozen=True)
class Segment:
    """One check as a slice of its skill's bar. ``start`` and ``width`` are points."""

    start: int
    width: int
    word: Word
    title: str
    href: str | None


@dataclass(frozen=True)
class SkillBar:
    """A skill with its checks side by side."""

    title: str
    earned: int
    possible: int
    segments: Sequence[Segment]


@dataclass(frozen=True)
class LabBars:
    """The score of a lab, and the bars of its skills: first the skills that lost points, then the others."""

    lab: LabScore
    lost: Sequence[SkillBar]
    whole: Sequence[SkillBar]


@dataclass(frozen=True)
class Card:
    """A check that lost points, ready to show."""

    id: str
    check: Check
    told: FailureStory
    stands_open: bool
    ladder: LadderDrawing | None  # the packets of a network test
    gantt: GanttDrawing | None  # the charts of a scheduler test
    expected: tuple[str, str, str] | None  # the common start, the difference, the common end
    got: tuple[str, str, str] | None
    function: str | None  # the student's function with the anchor of the clause
    href: str | None
    findings: Sequence[Finding]  # what the tools found in this test, or what is charged to its clause


@dataclass(frozen=True)
class Unsteady:
    """A test that costs no points and has no card: its runs differ, or it does not pass under a tool."""

    test: str
    clause: str
    run_groups: Sequence[RunGroup]
    replay: str | None


def page_html(result: Result) -> str:
    """The text of the page: one file that loads nothing."""
    files = source_files(result)
    cards = _cards(result, files)
    return render(
        "page.html.j2",
        "page.js",
        result=result,
        word=OUTCOMES[result.outcome],
        words=VERDICTS,
        labs=_labs(result, {card.check.name: card.id for card in cards}),
        cards=cards,
        final=is_final(result),
        witness_summary=testimony.summary(result.witnesses),
        witness_words=testimony.WORDS,
        unsteady=[_unsteady(check) for check in result.checks if check.unsteady and check.verdict is Verdict.PASSED],
        differences=[_difference(difference) for difference in result.memory.differences],
        passed=[check for check in result.checks if check.verdict is Verdict.PASSED and check.name != "build"],
        not_run=[check for check in result.checks if check.verdict is Verdict.NOT_RUN and check.name != "build"],
        files=files,
        line_id=lambda path, line: _line_href(files, path, line),
    )


def _cards(result: Result, files: Sequence[SourceFile]) -> list[Card]:
    lost = [
        check
        for check in result.checks
        if check.verdict not in (Verdict.PASSED, Verdict.NOT_RUN) and (check.name != "build" or _is_kits_fault(check))
    ]
    places = function_places(result)
    cards = []
    for index, check in enumerate(lost):
        function, path, line = places.get(check.clause or "", (None, "", 0))
        told = failure_story(check)
        expected, got = _parting(told.charts) if told.charts else _differing(check.expected, check.got)
        cards.append(
            Card(
                id=f"check-{index}",
                check=check,
                told=told,
                stands_open=len(lost) <= OPEN_CARDS or index < FIRST_CARDS,
                ladder=draw_ladder(told.ladder) if told.ladder else None,
                gantt=draw_gantt(told.charts) if told.charts else None,
                expected=expected,
                got=got,
                function=function,
                href=_line_href(files, path, line) if function else None,
                findings=[finding for finding in result.memory.findings if _concerns(finding, check)][:FINDINGS_SHOWN],
            )
        )
    return cards


def _concerns(finding: Finding, check: Check) -> bool:
    charged = finding.charged.split(", ") if finding.charged else []
    return check.name in finding.tests or check.clause in charged


def _unsteady(check: Check) -> Unsteady:
    return Unsteady(check.name, check.clause or "", run_groups(check.runs), check.replay)


def _difference(difference: Difference) -> Unsteady:
    return Unsteady(difference.test, difference.clause, run_groups(difference.runs), difference.replay)


def _is_kits_fault(check: Check) -> bool:
    return check.verdict is Verdict.BROKEN


def _differing(
    expected: str | None, got: str | None
) -> tuple[tuple[str, str, str] | None, tuple[str, str, str] | None]:
    """Both texts as (common start, difference, common end), word by word. Without common words nothing is marked."""
    if expected is None or got is None:
        return (expected, "", "") if expected is not None else None, (got, "", "") if got is not None else None
    wanted, had = _WORD.findall(expected[:TEXT_LIMIT]), _WORD.findall(got[:TEXT_LIMIT])
    shorter = min(len(wanted), len(had))
    head = next((index for index in range(shorter) if wanted[index] != had[index]), shorter)
    tail = next((index for index in range(shorter - head) if wanted[-1 - index] != had[-1 - index]), shorter - head)
    if head + tail == 0:
        return (expected, "", ""), (got, "", "")
    return _cut(wanted, head, tail), _cut(had, head, tail)


def _parting(charts: GanttPair) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Both charts as the test wrote them, with a mark on the first character that differs."""
    texts = " / ".join(charts.expected.rows), " / ".join(charts.got.rows)
    at = agreement(*texts)
    expected, got = ((text[:at], text[at : at + 1], text[at + 1 :]) for text in texts)
    return expected, got


def _cut(words: Sequence[str], head: int, tail: int) -> tuple[str, str, str]:
    end = len(words) - tail
    return "".join(words[:head]), "".join(words[head:end]), "".join(words[end:])


def _labs(result: Result, ids: dict[str, str]) -> list[LabBars]:
    found = []
    for lab in result.labs:
        skills = _skills(result, lab.id, ids) if lab.handed_in else []
        lost = [skill for skill in skills if skill.earned < skill.possible]
        found.append(LabBars(lab, lost, [skill for skill in skills if skill not in lost]))
    return found


def _skills(result: Result, lab: str, ids: dict[str, str]) -> list[SkillBar]:
    bars = []
    for skill in (skill for skill in result.skills if skill.lab == lab):
        checks = [check for check in result.checks if check.clause in skill.clauses]
        segments = []
        start = 0
        for check in checks:
            word = VERDICTS[check.verdict]
            name = f"{check.clause} {word.label.lower()}: {check.name}"
            href = f"#{ids[check.name]}" if check.name in ids else None
            segments.append(Segment(start, check.possible, word, name, href))
            start += check.possible
        bars.append(SkillBar(skill.title, skill.score.earned, skill.score.possible, segments))
    return bars


def _line_href(files: Sequence[SourceFile], path: str | None, line: int | None) -> str | None:
    for index, file in enumerate(files):
        if file.path == path and line is not None and 1 <= line <= len(file.lines):
            return f"#{line_id(index, line)}"
    return None
