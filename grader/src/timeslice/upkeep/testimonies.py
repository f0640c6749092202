"""Proves the witnesses: they agree with every right solution, and no mutant surprises them.

A mutant breaks a clause, and the bank sees that. So a scenario that fails on the mutant must need a clause that the
bank sees broken. Otherwise a student with this mistake would be suspicious.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from timeslice.contract.places import Mutant
from timeslice.errors import KitError
from timeslice.grade.context import GradingContext
from timeslice.grade.witnesses import Stand, sandbox_witness, seed_of
from timeslice.intake.sources import Source
from timeslice.intake.tree import take
from timeslice.model import WitnessAnswer
from timeslice.upkeep.mutants import MutantRunner, patched
from timeslice.witness.scenario import Scenario, scenarios


@dataclass
class Hearings:
    """What the witnesses said about one right solution, again and again."""

    times: int = 0
    scenarios: int = 0  # all that were played
    against: list[str] = field(default_factory=list)  # what they said against it
    saved: int = 0  # scenarios that failed at first, and then held


def hear(context: GradingContext, folder: Path, times: int, done: Callable[[], None] = lambda: None) -> Hearings:
    """Hear the witnesses about a right solution so often. Each time has other random choices."""
    found = Hearings()
    with context.builder.sandbox.stage as stage:
        tree = stage / "tree"
        tree.mkdir()
        sources = take(Source(folder.name, folder), context.whole.sources, tree).handed_in
        built = context.builder.build(tree, sources, stage)
        stand = Stand(context.kit, context.whole, context.builder, seconds=math.inf)
        areas = {clause.id.memory_key for clause in context.whole.clauses.values()}
        programs = stand.link(built, stage, areas)
        for time in range(times):
            reports = stand.hear(built, programs, f"{seed_of(tree, sources)} {time}", areas)
            found.times += 1
            found.scenarios += len(reports)
            against = [one for one in reports if one.answer is not WitnessAnswer.AGREES]
            found.against += [f"{one.scenario} {one.answer.value}: {one.failures[-1]}" for one in against]
            found.saved += sum(bool(one.failures) for one in reports if one not in against)
            done()
    return found


def surprised(context: GradingContext, runner: MutantRunner, mutant: Mutant) -> list[str]:
    """The first scenario that would make a mutant of the reference suspicious: what it needs holds, and it fails."""
    lab, clause = mutant.path.parent.name, mutant.clause
    if clause is None:
        raise KitError(f"{mutant.path} is not named after a clause: run timeslice lint")
    offered = [one for one in scenarios(context.kit, lab) if clause not in needed(context, one)]
    if not offered:
        return []
    names = {one.program for one in offered}
    with patched(context.kit, mutant.path) as folder, runner.programs(folder, names) as programs:
        witness = sandbox_witness(context.kit, context.builder, programs, programs, mutant.name)
        for (told,) in (witness.ask([scenario]) for scenario in offered):
            clauses = needed(context, told.scenario)
            tests = [test.name for test in context.tests if test.clause in clauses]
            if told.disagrees and not runner.failing(folder, tests, sure_of=tests):
                return [f"{told.scenario.name} fails, and what it needs holds: {told.failures[-1]}"]
    return []


def needed(context: GradingContext, scenario: Scenario) -> set[str]:
    """The clauses that a scenario needs: those of its areas, and the memory clauses of these areas."""
    own = {str(clause.id) for clause in context.whole.clauses.values() if clause.id.memory_key in scenario.needs}
    return own | {str(clause) for area, clause in context.whole.memory.items() if area in scenario.needs}
