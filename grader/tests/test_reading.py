"""A reader of hostile data has its own limits of time and memory. The grading goes on after a reader was stopped."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from timeslice.build import inspection, sifting
from timeslice.errors import IntakeError
from timeslice.grade.context import GradingContext
from timeslice.grade.grading import Grading
from timeslice.intake import tree
from timeslice.intake.sources import Source
from timeslice.model import Outcome, Result, Verdict
from timeslice.run import coverage, memcheck, sanitize
from timeslice.sandbox import Patience, ReaderStoppedError, apart

LITTLE = 2  # seconds: a reader may use at least so many


def spin(*_given: object, **_named: object) -> None:
    """A reader whose cost is not linear."""
    while True:
        pass


def hoard(*_given: object, **_named: object) -> bytes:
    """A reader that needs too much memory."""
    return bytes(2 << 30)


def complain() -> None:
    """A reader that finds a fault in a submission."""
    raise IntakeError("a.zip is a broken archive: pack it again")


def test_a_reader_answers_from_a_process_of_its_own() -> None:
    assert apart(os.getpid) != os.getpid()


def test_what_a_reader_raises_comes_through() -> None:
    with pytest.raises(IntakeError, match=r"^a\.zip is a broken archive: pack it again$"):
        apart(complain)


@pytest.mark.parametrize("reader", [spin, hoard])
def test_a_reader_ends_at_its_limits_and_leaves_nothing(reader: Callable[[], object]) -> None:
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    before = os.listdir("/proc/self/fd"), children.read_text()
    with pytest.raises(ReaderStoppedError, match="2 seconds of processor time or 1,024 MiB of memory"):
        apart(reader, Patience(0.0))
    assert (os.listdir("/proc/self/fd"), children.read_text()) == before


def test_the_time_of_a_reader_is_time_of_the_submission() -> None:
    patience = Patience(LITTLE)
    with pytest.raises(ReaderStoppedError):
        apart(spin, patience)
    assert patience.used >= LITTLE
    assert patience.over


def test_a_large_answer_arrives_whole() -> None:
    assert apart(partial(bytes, 10 << 20)) == bytes(10 << 20)


def graded(context: GradingContext, folder: Path, *, memory: bool = False) -> Result:
    """The grade of a submission in the area of the small one, or also in the memory clauses."""
    made = Grading(context, Source("hostile", folder), 1)
    wanted = {clause for clause in context.assignment.memory.values() if memory and clause.startswith("UDP-")}
    chosen = [test for test in context.tests if test.clause]
    made.select({t.name for t in chosen if t.clause in wanted or str(t.clause).startswith("UDP-OPEN-")})
    for _ in made.checks():
        pass
    return made.result()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers have only a little time."""
    monkeypatch.setattr("timeslice.sandbox.reading.SECONDS", LITTLE)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("module", "name", "told"),
    [
        (tree, "take", "hostile was not read, because reading it takes more than 2 seconds"),
        (inspection, "inspect", "The compiled object was not inspected, because reading it takes more than 2 seconds"),
        (sifting, "sift", "udp: its objects were not inspected, because reading it takes more than 2 seconds"),
    ],
)
def test_what_cannot_be_read_is_not_built(
    context: GradingContext, small: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str, told: str
) -> None:
    if name == "sift":
        (small / "udp" / "broken.c").write_text("x")  # so that the objects must be sifted
    monkeypatch.setattr(module, name, spin)
    result = graded(context, small)
    assert result.outcome is Outcome.FAILED
    assert any(told in line for line in [*result.build.refusals, *(d.message for d in result.build.diagnostics)])
    assert result.score.earned == 0


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("tool", [memcheck, sanitize])
def test_a_report_that_cannot_be_read_is_a_finding_in_every_test(
    context: GradingContext, small: Path, monkeypatch: pytest.MonkeyPatch, tool: object
) -> None:
    monkeypatch.setattr(tool, "findings", spin)
    result = graded(context, small, memory=True)
    assert [finding.kind for finding in result.memory.findings] == ["ReportsUnread"]
    assert result.memory.findings[0].tests
    memory = set(context.assignment.memory.values())
    charged = [check for check in result.checks if check.clause in memory and check.verdict is Verdict.MEMORY_ERROR]
    assert charged


@pytest.mark.usefixtures("quick")
def test_counters_that_cannot_be_read_cost_nothing(
    context: GradingContext, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = graded(context, small).score.earned
    monkeypatch.setattr(coverage, "measure", spin)
    result = graded(context, small)
    assert result.coverage.status == "broken"
    assert "were not read, because reading it takes more than 2 seconds" in result.coverage.note
    assert result.score.earned == before
