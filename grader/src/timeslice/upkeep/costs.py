"""Measures what each mutant costs: one mistake should cost its own clause, and little more.

All tests of the mutant's lab run natively on it, once. A clause loses points in proportion to its tests that fail. Most
mutants should cost no other clause. A mutant that costs more than a tenth of its lab needs a reason, in
``tests/mutants/LAB/costs.toml``: for example, a process that cannot start fails nearly every test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

from timeslice.contract.kit import Kit
from timeslice.contract.places import Mutant, mutants
from timeslice.grade.score import lost_points
from timeslice.upkeep.mutants import patched, reviewed
from timeslice.upkeep.parallel import in_parallel
from timeslice.upkeep.proof import Prover

MOST = 0.1  # of the points of a lab: a mutant that costs more needs a reason
REASONS = "costs.toml"  # in tests/mutants/LAB


@dataclass(frozen=True)
class Cost:
    """What one mutant costs: points of its lab, and the clauses other than its own that lose points."""

    mutant: Mutant
    lab: str
    points: int
    possible: int
    others: tuple[str, ...]

    @property
    def is_high(self) -> bool:
        """Whether it costs more than a tenth of its lab."""
        return self.points > MOST * self.possible


def costs(prover: Prover, only: Sequence[str], advance: Callable[[], None]) -> list[Cost]:
    """The cost of every mutant whose name contains one of ``only``, the highest first. ``advance`` counts them."""
    chosen = [
        (lab, mutant)
        for lab in prover.kit.labs
        for mutant in mutants(prover.kit, lab)
        if not only or any(word in mutant.name for word in only)
    ]

    found = in_parallel(lambda pair: cost(prover, *pair), chosen, advance)
    return sorted(found, key=lambda one: (-one.points, one.mutant.name))


def cost(prover: Prover, lab: str, mutant: Mutant) -> Cost:
    """Run all tests of the lab on a mutant, and add up what it loses."""
    context = prover.context()
    tests = [test for test in context.tests if test.lab == lab and test.clause]
    with patched(prover.kit, mutant.path) as folder:
        failing = set(prover.runner.failing(folder, [test.name for test in tests], once=True))
    number = Counter(test.clause for test in tests)
    failed = Counter(test.clause for test in tests if test.name in failing)
    clauses = context.whole.clauses
    lost = {c: lost_points(clauses[c].points, times, number[c]) for c, times in failed.items() if c}
    possible = sum(clause.points for known in context.whole.labs if known.id == lab for clause in known.clauses)
    return Cost(mutant, lab, sum(lost.values()), possible, tuple(sorted(set(lost) - {mutant.clause})))


def show(kit: Kit, found: Sequence[Cost], console: Console) -> bool:
    """Print the costs. Returns whether each high cost has a reason, and the median mutant costs no other clause."""
    table = Table(title="What a mutant costs", title_justify="left", box=None, header_style="bold", pad_edge=False)
    table.add_column("mutant")
    table.add_column("points", justify="right")
    table.add_column("other clauses", justify="right")
    table.add_column("which")
    for one in (one for one in found if one.others):
        shown = ", ".join(one.others[:4]) + (" ..." if len(one.others) > 4 else "")
        table.add_row(one.mutant.name, f"{one.points}", f"{len(one.others)}", shown)
    console.print(table)
    known = reviewed(kit, REASONS)
    high = [one for one in found if one.is_high and one.mutant.name not in known]
    for one in high:
        console.print(
            f"{one.mutant.name} costs {one.points} of {one.possible} points: repair the tests, or give the reason",
            soft_wrap=True,
        )
    others = [len(one.others) for one in found]
    middle = median(others) if others else 0
    few = sum(number <= 2 for number in others)
    console.print(
        f"{len(found)} mutants: the median one costs {middle:g} other clauses, and {few} cost two at most. "
        f"{sum(one.is_high for one in found)} cost more than a tenth of their lab, {len(high)} of them without reason.",
        soft_wrap=True,
    )
    return not high and middle == 0
