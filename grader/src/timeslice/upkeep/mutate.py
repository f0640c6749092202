"""The command ``timeslice mutants``: one lab of one solution after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from timeslice.upkeep import fixed_list, survivors
from timeslice.upkeep.kept import Kept, path_of
from timeslice.upkeep.machine import STEPS, Fate, Machine, changes, fates, sample
from timeslice.upkeep.proof import Prover


@dataclass(frozen=True)
class Wanted:
    """What a run is about."""

    labs: Sequence[str]
    number: int  # of mutants of each lab; 0 is all
    seed: int
    again: bool  # run mutants again that died
    renew: bool  # write the fixed lists
    tools: bool  # also run the sanitizers and Valgrind


def mutate(prover: Prover, solutions: Sequence[Path], wanted: Wanted, console: Console) -> bool:
    """Decide the mutants of some solutions, and show them. Returns whether enough of them died everywhere."""
    good = True
    for solution in solutions:
        for lab in (lab for lab in wanted.labs if (solution / lab).is_dir()):
            found = _of_lab(prover, solution, lab, wanted, console)
            good = survivors.show(prover.kit, f"{solution.name}-{lab}", found, console) and good
            if wanted.renew and solution == prover.kit.reference:
                console.print(f"written: {fixed_list.renew(prover.kit, lab, found)}")
    return good


def _of_lab(prover: Prover, solution: Path, lab: str, wanted: Wanted, console: Console) -> list[Fate]:
    drawn = sample(changes(prover.kit, solution, lab), wanted.number, wanted.seed)
    kept = Kept(prover.kit, solution, lab, path_of(prover.kit, solution, lab), again=wanted.again)
    machine = Machine(prover, solution, lab, kept, tools=wanted.tools)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(f"{solution.name} {lab}", total=STEPS * len(drawn))
        try:
            return fates(machine, drawn, lambda: progress.advance(task))
        finally:
            machine.close()
