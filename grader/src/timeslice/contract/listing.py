"""Lists the labs of the kit and their clauses, with points, tests and mutants."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table
from rich.text import Text

from timeslice.contract.assignment import Lab, read_assignment
from timeslice.contract.bank import declared_tests
from timeslice.contract.kit import find_kit
from timeslice.contract.places import mutants


class _Listed(BaseModel):
    model_config = ConfigDict(frozen=True)


class ListedClause(_Listed):
    """One clause."""

    id: str
    level: str  # MUST or SHOULD
    sentence: str
    points: int
    tests: list[str]  # suite/test
    mutants: list[str]  # names of the patches


class ListedLab(_Listed):
    """One lab."""

    id: str
    title: str
    prefix: str
    points: int
    clauses: list[ListedClause]


class Listing(_Listed):
    """All labs of the kit."""

    title: str
    labs: list[ListedLab]


def listing(labs: tuple[str, ...]) -> Listing:
    """The list of these labs. No name means all labs. Raises KitError if a lab does not exist."""
    kit = find_kit()
    assignment = read_assignment(kit).only(labs)
    listed = []
    for lab in assignment.labs:
        tests, wrong = declared_tests(kit, lab.id), mutants(kit, lab.id)
        clauses = [
            ListedClause(
                id=clause.id,
                level=clause.sentence.level,
                sentence=clause.sentence.text,
                points=clause.points,
                tests=[test.name for test in tests if test.clause == clause.id],
                mutants=[mutant.name for mutant in wrong if mutant.clause == clause.id],
            )
            for clause in lab.clauses
        ]
        listed.append(_lab(lab, clauses))
    return Listing(title=assignment.title, labs=listed)


def _lab(lab: Lab, clauses: list[ListedClause]) -> ListedLab:
    points = sum(clause.points for clause in clauses)
    return ListedLab(id=lab.id, title=lab.title, prefix=lab.prefix, points=points, clauses=clauses)


def show(listed: Listing, console: Console) -> None:
    """Print one table for each lab, with one row for each clause."""
    for lab in listed.labs:
        tests = sum(len(clause.tests) for clause in lab.clauses)
        wrong = sum(len(clause.mutants) for clause in lab.clauses)
        title = (
            f"{lab.id}: {lab.title}, {lab.points} points, {len(lab.clauses)} clauses, {tests} tests, {wrong} mutants"
        )
        table = Table(title=Text(title), title_justify="left", box=None, header_style="bold", pad_edge=False)
        table.add_column("clause", no_wrap=True)
        for column in ("points", "tests", "mutants"):
            table.add_column(column, justify="right")
        table.add_column("sentence", ratio=1)
        for clause in lab.clauses:
            counts = (str(clause.points), str(len(clause.tests)), str(len(clause.mutants)))
            table.add_row(clause.id, *counts, Text(clause.sentence))
        console.print(table)
        console.print()
