"""What each mutant costs: one mistake should cost its own clause, and little more.

The proof runs all tests of the mutant's lab natively on it. A clause loses points in proportion to its tests that fail.
Most mutants should cost no other clause. A mutant that costs more than a tenth of its lab needs a reason, in
``tests/mutants/LAB/costs.toml``: for example, a process that cannot start fails nearly every test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from timeslice.contract.assignment import Lab
from timeslice.contract.bank import BankTest
from timeslice.contract.kit import Kit
from timeslice.contract.places import Mutant
from timeslice.grade.score import lost_points
from timeslice.upkeep.mutants import reviewed

MOST = 0.1  # of the points of a lab: a mutant that costs more needs a reason
FEW = 2  # other clauses: a mutant that costs more is shown
REASONS = "costs.toml"  # in tests/mutants/LAB


@dataclass(frozen=True)
class Cost:
    """What one mutant costs: points of its lab, and the clauses other than its own that lose points."""

    mutant: str
    points: int
    possible: int
    others: tuple[str, ...]

    @property
    def is_high(self) -> bool:
        """Whether it costs more than a tenth of its lab. In a small lab its own clause may be so much."""
        return bool(self.others) and self.points > MOST * self.possible

    @property
    def line(self) -> str:
        """The mutant with its cost, in one line."""
        others = f"; also {', '.join(self.others)}" if self.others else ""
        return f"{self.mutant}: {self.points} of {self.possible} points{others}"


def cost_of(mutant: Mutant, lab: Lab, tests: Sequence[BankTest], failing: Collection[str]) -> Cost:
    """What a mutant costs, if the tests ``failing`` of its lab fail. ``tests`` has all tests of the lab."""
    number = Counter(test.clause for test in tests)
    failed = Counter(test.clause for test in tests if test.name in failing)
    worth = {clause.id: clause.points for clause in lab.clauses}
    lost = {c: lost_points(worth[c], times, number[c]) for c, times in failed.items() if c}
    return Cost(mutant.name, sum(lost.values()), sum(worth.values()), tuple(sorted(set(lost) - {mutant.clause})))


def without_reason(kit: Kit, found: Sequence[Cost]) -> list[Cost]:
    """The mutants that cost too much, and whose cost has no reviewed reason."""
    known: Mapping[str, str] = reviewed(kit, REASONS)
    return [one for one in found if one.is_high and one.mutant not in known]


def summary(found: Sequence[Cost]) -> str:
    """The costs of all mutants in two sentences."""
    others = [len(one.others) for one in found]
    few = sum(number <= FEW for number in others)
    return (
        f"{len(found)} mutants: the median one costs {median(others):g} other clauses, and {few} cost {FEW} at most. "
        f"{sum(one.is_high for one in found)} cost more than a tenth of their lab."
    )
