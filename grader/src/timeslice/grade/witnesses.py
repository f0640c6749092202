"""Asks the witnesses about a submission: do its functions also work in a program, for somebody outside?

Theory of operation: the bank says which clauses hold. A scenario of a witness *counts* if every clause that it needs
holds in the bank. So a function that does not work, or is still the stub, is never held against anybody twice. If a
scenario that counts disagrees, the reference plays the same scenario. If the reference disagrees too, this is a fault
of the kit or of the machine. Otherwise somebody must look at the submission: the bank or the witness was deceived.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from timeslice.build.builder import Builder, Built
from timeslice.build.linking import Linking
from timeslice.build.workshop import NATIVE
from timeslice.contract.assignment import Assignment
from timeslice.contract.bank import BankTest
from timeslice.contract.kit import Kit
from timeslice.grade.score import LOOK
from timeslice.model import BindingSentence, Check, Verdict, WitnessAnswer, WitnessReport
from timeslice.run.start import limits_of
from timeslice.witness.asking import Testimony, Witness
from timeslice.witness.places import Place, SandboxPlaces
from timeslice.witness.program import PATIENCE
from timeslice.witness.scenario import Scenario, scenarios

FOLDER = "witness"  # of the stage
SECONDS = 30.0  # then no more scenarios begin, and three times later none is repeated
_WALL_SECONDS = 4 * PATIENCE  # of one scenario


def seed_of(tree: Path, sources: Sequence[str]) -> str:
    """The seed of all scenarios: a hash of the submission. So it is the same each time, and nobody chooses it."""
    digest = hashlib.sha256()
    for source in sorted(sources):
        data = (tree / source).read_bytes()
        digest.update(f"{source} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def holding(assignment: Assignment, tests: Sequence[BankTest], checks: Mapping[str, Check]) -> set[str]:
    """The areas, such as UDP-SRV, in which every clause holds in the bank.

    A clause holds if all its tests passed each time. An area also needs its memory clause."""
    doubtful = {
        test.clause
        for test in tests
        if test.clause
        and not ((check := checks.get(test.name)) and check.verdict is Verdict.PASSED and not check.unsteady)
    }
    areas: dict[str, set[str]] = {}
    for clause in assignment.clauses.values():
        areas.setdefault(clause.id.memory_key, set()).add(clause.id)
    for area, clause_id in assignment.memory.items():
        areas.setdefault(area, set()).add(clause_id)
    return {area for area, clauses in areas.items() if not clauses & doubtful}


class Stand:
    """The witnesses of one submission, and what they say."""

    def __init__(self, kit: Kit, assignment: Assignment, builder: Builder, seconds: float = SECONDS) -> None:
        """``assignment``: the labs to grade. ``seconds``: as for a witness."""
        self._seconds = seconds
        self._kit = kit
        self._assignment = assignment
        self._builder = builder
        self._scenarios = [scenario for lab in assignment.labs for scenario in scenarios(kit, lab.id)]

    def _offered(self, built: Built) -> list[Scenario]:
        """The scenarios of the labs that were built."""
        return [scenario for scenario in self._scenarios if scenario.lab in built.labs]

    def link(self, built: Built, stage: Path, areas: set[str]) -> Path:
        """Link the programs of all scenarios that count if ``areas`` hold. Returns their folder.

        Raises KitError if the kit fails."""
        folder = stage / FOLDER
        folder.mkdir()
        names = sorted({scenario.program for scenario in self._offered(built) if set(scenario.needs) <= areas})
        if names:
            Linking(self._builder, stage).programs(names, sorted(built.labs), folder)
        return folder

    def hear(self, built: Built, folder: Path, seed: str, areas: set[str]) -> list[WitnessReport]:
        """Play the scenarios that count, with the programs in ``folder``. Raises KitError if a sandbox fails."""
        offered = self._offered(built)
        told: dict[tuple[str, str], Testimony] = {}
        answers: dict[tuple[str, str], WitnessAnswer] = {}
        for testimony in self._witness(folder, folder, seed).ask([s for s in offered if set(s.needs) <= areas]):
            key = _key(testimony.scenario)
            told[key] = testimony
            answers[key] = self._answer(testimony, folder, seed)
        return [self._report(scenario, told.get(_key(scenario)), answers.get(_key(scenario))) for scenario in offered]

    def _answer(self, testimony: Testimony, folder: Path, seed: str) -> WitnessAnswer:
        """Agreed, disagreed, or, if the reference disagrees too, broken. Not asked, if it was not played to its end."""
        if not testimony.disagrees:
            return WitnessAnswer.AGREES if testimony.agrees else WitnessAnswer.NOT_ASKED
        with_reference = self._witness(self._builder.kit.witness / "reference", folder, seed)
        (reference,) = with_reference.ask([testimony.scenario])
        return WitnessAnswer.DISAGREES if reference.agrees else WitnessAnswer.BROKEN

    def _witness(self, programs: Path, folder: Path, seed: str) -> Witness:
        return replace(sandbox_witness(self._kit, self._builder, programs, folder, seed), seconds=self._seconds)

    def _report(self, scenario: Scenario, testimony: Testimony | None, answer: WitnessAnswer | None) -> WitnessReport:
        bindings = self._assignment.bindings
        return WitnessReport(
            scenario=scenario.name,
            lab=scenario.lab,
            title=scenario.title,
            answer=answer or WitnessAnswer.NOT_ASKED,
            shows=[BindingSentence(address=a, text=bindings[a]) for a in scenario.shows],
            failures=testimony.failures if testimony else [],
        )


def sandbox_witness(kit: Kit, builder: Builder, programs: Path, folder: Path, seed: str) -> Witness:
    """A witness of the programs in the folder ``programs``, each time in a sandbox. ``folder``: for its files."""
    limits = replace(limits_of(builder.assignment.limits, NATIVE), wall_seconds=_WALL_SECONDS)
    places = SandboxPlaces(builder.sandbox, builder.kit.witness / "launcher", limits, folder)

    def open_place(scenario: Scenario) -> AbstractContextManager[Place]:
        return places.open(programs / f"timeslice-{scenario.program}", scenario.name)

    return Witness(open_place, kit.objects / "witness" / "reference", seed)


def _key(scenario: Scenario) -> tuple[str, str]:
    return scenario.lab, scenario.name


def suspicions(reports: Sequence[WitnessReport]) -> Iterator[str]:
    """A line for each scenario in which bank and witness disagree."""
    for report in (one for one in reports if one.answer is WitnessAnswer.DISAGREES):
        clauses = ", ".join(sentence.address for sentence in report.shows)
        yield (
            f"The bank says that {clauses} hold, but a witness sees that they do not. {report.title} "
            f"What it saw ({report.scenario}): {report.failures[-1]}. {LOOK}"
        )


def faults(reports: Sequence[WitnessReport]) -> Iterator[str]:
    """A line for each scenario that the reference does not pass on this machine either."""
    for report in (one for one in reports if one.answer is WitnessAnswer.BROKEN):
        yield f"the reference disagrees with the witness {report.scenario}: {report.failures[-1]}"
