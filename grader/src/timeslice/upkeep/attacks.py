"""Grades the attacks of tests/hostile, and reports each one whose verdict is not the expected one.

An attack is a folder. It holds the sources that differ from the reference, and an ``expected.toml``. The submission
also has the headers of the reference, and those of its sources that fulfil a clause in ``checks``. The other functions
come from the template, so that the build is quick. The keys of ``expected.toml``:

why       one line: what stops the attack
outcome   of the whole submission
[checks]  clause = verdict of all its tests. Only the tests of these clauses run
areas     the tests of these areas run too. A witness needs whole areas
refused   text in a reason why its object was refused
build     text in the output of the compiler, which failed
note      text in a note of the result
shown     text in the output of a check
absent    text that must be in no report
[links]   path = target of each symbolic link to add, because some ways to copy a repository lose links
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from timeslice import report
from timeslice.contract.kit import Kit
from timeslice.contract.spec_file import read_spec_file
from timeslice.grade.context import GradingContext
from timeslice.grade.grading import Grading
from timeslice.intake.sources import Source
from timeslice.model import Outcome, Result, Verdict
from timeslice.upkeep.traces import traces

SEED = 1
# Characters that a terminal obeys, or that an XML parser refuses. The tests of the reports look for those of HTML.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class Expected(BaseModel):
    """``expected.toml``."""

    model_config = ConfigDict(extra="forbid")

    why: str
    outcome: Outcome
    checks: dict[str, Verdict] = {}
    areas: list[str] = []
    refused: str = ""
    build: str = ""
    note: str = ""
    shown: str = ""
    absent: str = ""
    links: dict[str, str] = {}


_FILE = TypeAdapter(Expected)


def attacks(kit: Kit) -> list[Path]:
    """The folder of every attack."""
    return sorted(path.parent for path in (kit.root / "tests" / "hostile").glob("*/expected.toml"))


def grade(context: GradingContext, folder: Path, clauses: set[str]) -> Result:
    """Grade a submission by the tests of some clauses, or by all tests if no clause is given."""
    grading = Grading(context, Source(folder.name, folder), SEED)
    if clauses:
        grading.select({test.name for test in context.tests if test.clause in clauses})
    for _ in grading.checks():
        pass
    return grading.result()


def played(context: GradingContext, attack: Path, expected: Expected, copy: Path) -> Path:
    """The submission of an attack: a part of the reference, with the attack's files and links in their place."""
    for lab in (lab.id for lab in context.assignment.labs if (attack / lab.id).is_dir()):
        (copy / lab).mkdir(parents=True)
        for path in (context.kit.reference / lab).iterdir():
            if path.suffix == ".h" or any(
                name in path.read_text("utf-8") for name in (*expected.checks, *expected.areas)
            ):
                shutil.copy(path, copy / lab)
    shutil.copytree(attack, copy, dirs_exist_ok=True)
    for link, target in expected.links.items():
        (copy / link).unlink(missing_ok=True)
        (copy / link).symlink_to(target)
    return copy


def expectation(kit: Kit, attack: Path) -> Expected:
    """The ``expected.toml`` of an attack."""
    return read_spec_file(kit.root, attack.relative_to(kit.root) / "expected.toml", _FILE)


def surprises(context: GradingContext, attack: Path) -> list[str]:
    """Grade an attack. Returns one line for each difference from ``expected.toml``, and for traces that are left."""
    expected = expectation(context.kit, attack)
    with tempfile.TemporaryDirectory(prefix="timeslice-attack-") as folder:
        before = traces(context.builder.sandbox)
        copy = played(context, attack, expected, Path(folder) / attack.name)
        areas = {test.clause for test in context.tests if test.clause and test.memory_key in expected.areas}
        result = grade(context, copy, {*expected.checks, *areas})
        after = traces(context.builder.sandbox)
        reports = Path(folder) / "reports"
        report.write(result, reports)
        found = [] if after == before else [f"it leaves traces: {before} became {after}"]
        return [*found, *_of_result(expected, result), *_of_reports(expected, reports)]


def _of_result(expected: Expected, result: Result) -> Iterator[str]:
    for check in result.checks:
        wanted = expected.checks.get(check.clause or "")
        if wanted and check.verdict is not wanted:
            yield f"{check.name}: {check.verdict}, not {wanted}: {check.message}"
    missing = set(expected.checks) - {check.clause for check in result.checks}
    yield from (f"no check of {clause} was made" for clause in sorted(missing))
    if result.outcome is not expected.outcome:
        yield f"outcome {result.outcome}, not {expected.outcome}: {result.summary}"
    status = "refused" if expected.refused else "failed" if expected.build else "built"
    if result.build.status != status:
        yield f"build {result.build.status}, not {status}: {result.summary}"
    said = [result.build.output, *(diagnostic.message for diagnostic in result.build.diagnostics)]
    outputs = [check.output for check in result.checks]
    for wanted_text, texts, where in (
        (expected.refused, result.build.refusals, "the refusals"),
        (expected.build, said, "the output of the compiler"),
        (expected.note, result.notes, "the notes"),
        (expected.shown, outputs, "the output of a check"),
    ):
        if wanted_text not in "\n".join(texts):
            yield f"{wanted_text!r} is not in {where}"
    yield from _of_points(result)


def _of_points(result: Result) -> Iterator[str]:
    """An attack must not earn points that its tests did not earn."""
    passed = sum(check.points for check in result.checks if check.verdict is Verdict.PASSED)
    whole = result.score.earned == result.score.possible
    if result.outcome is Outcome.PASSED and not whole:
        yield f"it passed with {result.score.earned} of {result.score.possible} points"
    if result.outcome is not Outcome.PASSED and (whole or result.score.earned != passed):
        yield f"it earned {result.score.earned} points, and the checks that passed are worth {passed}"


def _of_reports(expected: Expected, reports: Path) -> Iterator[str]:
    for file in sorted(reports.iterdir()):
        text = file.read_text("utf-8", "surrogateescape")
        if CONTROL.search(text):
            yield f"{file.name} holds a control character"
        if expected.absent and expected.absent in text:
            yield f"{file.name} holds {expected.absent!r}"
