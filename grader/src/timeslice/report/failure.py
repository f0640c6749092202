"""Describes a failure for all writers: the clause, what the test did, what it expected and got, and the command to
run it again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from timeslice.contract.clause import ClauseId
from timeslice.contract.kit import find_kit
from timeslice.grade.replay import BUILD, RUN_AGAIN
from timeslice.model import Check, Difference, Result, Run, Verdict
from timeslice.report.figures.gantt import GanttPair, gantt_text, read_gantt
from timeslice.report.figures.ladder import Ladder, is_datagram, ladder_text, read_ladder
from timeslice.untrusted import clip, visible
from timeslice.words import VERDICTS, Word

STEPS_FIRST, STEPS_LAST = 20, 40  # the steps to show of a long test: its start, and the end that led to the failure
GROUP_MAX = 8  # the longest group of steps that counts as repeated
_TEXT, _OUTPUT, _STEP = 3000, 4000, 300  # the most characters of one text


@dataclass(frozen=True)
class Step:
    """One line for one or more equal steps: the numbers of the first and the last, the text, and how many times."""

    first: int
    last: int
    text: str
    times: int = 1

    @property
    def line(self) -> str:
        """The step, and how many times the test did it."""
        return self.text if self.times == 1 else f"{self.text} (x {self.times})"


@dataclass(frozen=True)
class RunGroup:
    """Runs of one test under one tool with the same verdict: how many of how many, and the first of these runs."""

    times: int
    runs: int
    word: Word
    run: Run
    steps: Sequence[Step]


@dataclass(frozen=True)
class FailureStory:
    """A check in parts: the first line of its message, the rest, its steps with repeats folded, and its figures."""

    check: Check
    asked: str
    word: Word
    headline: str
    rest: str
    steps: Sequence[Step]
    left_out: int  # how many steps are not shown
    ladder: Ladder | None  # the packets of a network test
    charts: GanttPair | None  # the charts of a scheduler test
    run_groups: Sequence[RunGroup]  # of an unsteady test


def failure_story(check: Check) -> FailureStory:
    """The story of a check with any verdict."""
    word = VERDICTS[check.verdict]
    headline, _, rest = (check.message.strip() or word.meaning).partition("\n")
    steps = fold(check.steps)
    shown = steps if len(steps) <= STEPS_FIRST + STEPS_LAST else [*steps[:STEPS_FIRST], *steps[-STEPS_LAST:]]
    return FailureStory(
        check=check,
        asked=f"{check.clause}: {check.sentence}" if check.clause else check.sentence,
        word=word,
        headline=headline,
        rest=rest,
        steps=shown,
        left_out=len(check.steps) - sum(step.last - step.first + 1 for step in shown),
        ladder=read_ladder(list(_rungs(steps))),
        charts=read_gantt(check.expected, check.got),
        run_groups=run_groups(check.runs),
    )


def fold(steps: Sequence[str]) -> list[Step]:
    """The steps with their numbers. A repeated step, or a repeated group of steps, appears once."""
    folded: list[Step] = []
    at = 0
    while at < len(steps):
        length, times = _repeated(steps, at)
        if length == 1:
            folded.append(Step(at + 1, at + times, steps[at], times))
        else:
            folded += [Step(at + number + 1, at + number + 1, steps[at + number]) for number in range(length)]
            again = f"the last {length} steps again"
            folded.append(Step(at + length + 1, at + length * times, again, times - 1))
        at += length * times
    return folded


def _repeated(steps: Sequence[str], at: int) -> tuple[int, int]:
    """The length of the group that repeats from ``at`` on, and how often. The choice covers as many steps as it can."""
    best = (1, 1)
    for length in range(1, GROUP_MAX + 1):
        group = steps[at : at + length]
        if length > 1 and any(map(is_datagram, group)):
            break
        times = 1
        while steps[at + times * length : at + (times + 1) * length] == group:
            times += 1
        if times >= (2 if length == 1 else 3) and length * times > best[0] * best[1]:
            best = (length, times)
    return best


def _rungs(steps: Sequence[Step]) -> Iterator[str]:
    """The lines for a ladder: one for each datagram, and the other steps folded."""
    for step in steps:
        yield from [step.text] * step.times if is_datagram(step.text) else [step.line]


def run_groups(runs: Sequence[Run]) -> list[RunGroup]:
    """The runs in groups of the same tool and verdict, in the order of the first run of each group."""
    alike: dict[tuple[str, Verdict], list[Run]] = {}
    for run in runs:
        alike.setdefault((run.tool, run.verdict), []).append(run)
    totals = {tool: sum(run.tool == tool for run in runs) for tool, _ in alike}
    return [
        RunGroup(len(same), totals[tool], VERDICTS[verdict], same[0], fold(same[0].steps))
        for (tool, verdict), same in alike.items()
    ]


def first_failure(result: Result) -> Check | None:
    """The failure to show first. A failure of written code comes before one of a stub. Then a crash comes first."""
    lost = [
        check
        for check in result.checks
        if check.verdict not in (Verdict.PASSED, Verdict.NOT_RUN, Verdict.BROKEN) and check.name != BUILD
    ]
    stubs = _clauses_of_stubs(result) | _clauses_of_supplied(result.build.supplied)
    return min(
        lost,
        key=lambda check: (
            check.clause in stubs or "ENOSYS" in (check.got or ""),
            check.verdict is not Verdict.CRASHED,
        ),
        default=None,
    )


def _clauses_of_stubs(result: Result) -> set[str]:
    """The clauses of functions that are still stubs: a line of the function has ENOSYS."""
    found: set[str] = set()
    for file in result.coverage.files:
        lines = file.source.splitlines()
        for function in file.functions:
            if any("ENOSYS" in line for line in lines[function.start_line - 1 : function.end_line]):
                found.update(function.clauses)
    return found


def _clauses_of_supplied(functions: Sequence[str]) -> set[str]:
    """The clauses of functions that the template supplied. The comment above a stub names its clauses."""
    if not functions:
        return set()
    names = "|".join(map(re.escape, functions))
    stub = re.compile(rf"/\*((?:(?!\*/).)*)\*/\s*[^;/{{}}()]*\b(?:{names})\(", re.DOTALL)
    texts = [path.read_text("utf-8") for path in find_kit().template.glob("*/*.c")]
    return {clause for text in texts for found in stub.finditer(text) for clause in ClauseId.found_in(found[1])}


# ---- as text ----


def failure_text(check: Check, width: int = 1000, *, output: bool = True) -> str:
    """The story as lines for a terminal or a log; empty for a check that passed.

    :param width: a figure that needs more columns is shown as text
    :param output: whether to add what the test printed
    """
    if check.verdict is Verdict.PASSED:
        return ""
    told = failure_story(check)
    details = [f"{detail.address}: {visible(detail.text)}" for detail in check.details]
    lines = [visible(told.asked), *details, f"{told.word.label.lower()}: {_told(told.headline)}"]
    lines += _told(told.rest).splitlines()
    lines += _figure(ladder_text(told.ladder) if told.ladder else "", width) or _numbered(told.steps, told.left_out)
    charts = _figure(gantt_text(told.charts) if told.charts else "", width)
    lines += charts or _labelled(("expected", check.expected), ("got", check.got))
    lines += _labelled(("hint", check.hint), (RUN_AGAIN, check.replay))
    if told.run_groups:
        lines += [
            "The test is unsteady: its runs differ. The verdict of most runs counts.",
            *group_lines(told.run_groups),
        ]
    if output and check.output:
        lines += ["output:", *_told(check.output, _OUTPUT).splitlines()]
    return "\n".join(lines)


def unsteady_text(check: Check) -> str:
    """The lines for a test whose runs differ, with each group of runs."""
    lines = [f"{check.name}, {check.clause}: {visible(check.sentence)}", *group_lines(run_groups(check.runs))]
    return "\n".join([*lines, *_labelled((RUN_AGAIN, check.replay))])


def difference_text(difference: Difference) -> str:
    """The lines for a test that passes natively, but not under a tool, with each group of runs."""
    lines = [f"{difference.test}, {difference.clause}", *group_lines(run_groups(difference.runs))]
    return "\n".join([*lines, *_labelled((RUN_AGAIN, difference.replay))])


def group_lines(told: Sequence[RunGroup]) -> list[str]:
    """The lines for each group: the tool, how many runs, their verdict, and what the first of them did."""
    lines = []
    for group in told:
        said = f": {_told(group.run.message)}" if group.run.message else ""
        lines.append(f"- {visible(group.run.tool)}, {count_of(group)}: {group.word.label.lower()}{said}")
        lines += [f"  {line}" for line in _numbered(group.steps[-STEPS_LAST:], 0)]
        if group.run.output:
            lines += ["  output:", *(f"  {line}" for line in _told(group.run.output, _OUTPUT).splitlines())]
    return lines


def count_of(group: RunGroup) -> str:
    """How many runs, such as ``2 of 3 runs``."""
    return f"{group.times} of {group.runs} {'run' if group.runs == 1 else 'runs'}"


def _told(text: str, limit: int = _TEXT) -> str:
    return visible(clip(text, limit))


def _figure(text: str, width: int) -> list[str]:
    lines = visible(text).splitlines()
    return lines if max(map(len, lines), default=0) <= width else []


def _numbered(steps: Sequence[Step], left_out: int) -> list[str]:
    lines = [f"  {step.first}. {_told(step.line, _STEP)}" for step in steps]
    return [*lines[:STEPS_FIRST], f"  ({left_out} steps not shown)", *lines[STEPS_FIRST:]] if left_out else lines


def _labelled(*texts: tuple[str, str | None]) -> list[str]:
    """Each text after its label. A command is never shortened."""
    return [f"{label}: {text if label == RUN_AGAIN else _told(text)}" for label, text in texts if text]
