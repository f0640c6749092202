"""Proves the witnesses: they agree with every right solution, and no mutant surprises them.

A mutant breaks one clause, and the bank sees that. So a scenario that fails on the mutant must need the area of this
clause. Otherwise a student with this mistake would be suspicious.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from timeslice.contract.places import Mutant
from timeslice.errors import KitError
from timeslice.grade.context import GradingContext
from timeslice.grade.witnesses import Stand, sandbox_witness, seed_of
from timeslice.intake.sources import Source
from timeslice.intake.tree import take
from timeslice.model import WitnessAnswer
from timeslice.upkeep.mutants import MutantRunner, patched
from timeslice.witness.asking import Testimony
from timeslice.witness.scenario import scenarios


def disagreements(context: GradingContext, folder: Path, runs: int = 1) -> list[str]:
    """What the witnesses say against a right solution, in ``runs`` hearings. Each has other random choices."""
    found: list[str] = []
    with context.builder.sandbox.stage as stage:
        tree = stage / "tree"
        tree.mkdir()
        sources = take(Source(folder.name, folder), context.whole.sources, tree).handed_in
        built = context.builder.build(tree, sources, stage)
        stand = Stand(context.kit, context.whole, context.builder)
        areas = {clause.id.memory_key for clause in context.whole.clauses.values()}
        programs = stand.link(built, stage, areas)
        for run in range(runs):
            reports = stand.hear(built, programs, f"{seed_of(tree, sources)} {run}", areas)
            found += [f"{one.scenario}: {one.failures[-1]}" for one in reports if one.answer != WitnessAnswer.AGREES]
    return found


def surprised(context: GradingContext, runner: MutantRunner, mutant: Mutant) -> list[str]:
    """The first scenario that fails on a mutant of the reference, but does not need the area of its clause."""
    lab, clause = mutant.path.parent.name, mutant.clause
    if clause is None:
        raise KitError(f"{mutant.path} is not named after a clause: run timeslice lint")
    offered = [one for one in scenarios(context.kit, lab) if clause.memory_key not in one.needs]
    offered = [one for one in offered if not {context.whole.memory[area] for area in one.needs} & {clause}]
    if not offered:
        return []
    names = {one.program for one in offered}
    with patched(context.kit, mutant.path) as folder, runner.programs(folder, names) as programs:
        witness = sandbox_witness(context.kit, context.builder, programs, programs, mutant.name)
        told = (witness.ask([scenario])[0] for scenario in offered)
        return [_told(one) for one in islice((one for one in told if one.disagrees), 1)]


def _told(testimony: Testimony) -> str:
    return f"{testimony.scenario.name} does not need its area, but fails: {testimony.failures[-1]}"
