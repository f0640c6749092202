"""Asks the witnesses about any program that has the command line of spec/conform.md, in any language."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal

from pydantic import BaseModel, ConfigDict

from timeslice.contract.assignment import read_assignment
from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.witness.asking import Testimony, Witness
from timeslice.witness.places import Place, on_this_machine
from timeslice.witness.scenario import Scenario, scenarios


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ScenarioTold(_Told):
    """What came of one scenario."""

    name: str
    title: str
    kept: bool
    failures: list[str]
    """What the witness saw each time that the scenario failed."""


class ClauseTold(_Told):
    """A clause, or another sentence that binds. It is broken if any scenario that shows it failed each time."""

    address: str
    sentence: str
    kept: bool
    scenarios: list[str]
    """The scenarios that show it."""


class Conformance(_Told):
    """Which clauses a program keeps, and which it breaks."""

    version: Literal[1] = 1
    lab: str
    program: str
    """The program of the lab that the command stands for."""
    command: list[str]
    seed: str
    clauses: list[ClauseTold]
    scenarios: list[ScenarioTold]

    @property
    def kept(self) -> bool:
        """Whether every clause is kept."""
        return all(clause.kept for clause in self.clauses)


def conformance(
    kit: Kit, lab: str, program: str | None, command: Sequence[str], seed: str, only: str = ""
) -> Conformance:
    """Play the scenarios of a program of a lab with a command. No program: the first one of the lab.

    ``only``: a text in the names of the scenarios to play. Raises KitError if there is nothing to ask or to start."""
    assignment = read_assignment(kit).only([lab])
    offered = [scenario for scenario in scenarios(kit, lab) if scenario.conform]
    programs = list(dict.fromkeys(scenario.program for scenario in offered))
    if not programs:
        raise KitError(f"no witness knows the lab {lab}: its folder tests/witness/{lab} has no scenario for conform")
    if program is not None and program not in programs:
        raise KitError(f"the lab {lab} has no program {program!r}: choose one of {', '.join(programs)}")
    chosen = program or programs[0]
    asked = [one for one in offered if one.program == chosen and only in one.name]
    if not asked:
        raise KitError(f"no scenario has {only!r} in its name: run the command without -k to see all names")
    if shutil.which(command[0]) is None:
        raise KitError(f"{command[0]} cannot be started: give a command that is installed, or the path of a program")

    def open_place(_scenario: Scenario) -> AbstractContextManager[Place]:
        return on_this_machine(command)

    kit.require_built()
    told = Witness(open_place, kit.objects / "witness" / "reference", seed).ask(asked)
    return Conformance(
        lab=lab,
        program=chosen,
        command=list(command),
        seed=seed,
        clauses=_clauses(told, assignment.bindings),
        scenarios=[
            ScenarioTold(name=one.scenario.name, title=one.scenario.title, kept=one.agrees, failures=one.failures)
            for one in told
        ],
    )


def _clauses(told: Sequence[Testimony], bindings: Mapping[str, str]) -> list[ClauseTold]:
    """The sentences that the scenarios show, in the order of the chapter."""
    shown = {address: [one for one in told if address in one.scenario.shows] for address in bindings}
    return [
        ClauseTold(
            address=address,
            sentence=bindings[address],
            kept=all(one.agrees for one in showing),
            scenarios=[one.scenario.name for one in showing],
        )
        for address, showing in shown.items()
        if showing
    ]
