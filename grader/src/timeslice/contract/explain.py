"""Explains one clause: what it asks, why, its points, and which tests check it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from timeslice.contract.assignment import Assignment, Clause, Lab, read_assignment
from timeslice.contract.bank import declared_tests
from timeslice.contract.kit import Kit, find_kit
from timeslice.contract.places import anchors, mutants
from timeslice.errors import KitError


def explain(wanted: str, console: Console) -> None:
    """Print the clause ``wanted``, in upper or lower case. Raises KitError, with one line, if it does not exist."""
    kit = find_kit()
    assignment = read_assignment(kit)
    clause = assignment.clauses.get(wanted.upper())
    if clause is None:
        raise KitError(_unknown(assignment, wanted))
    lab, skill = next((lab, skill) for lab in assignment.labs for skill in lab.skills if clause in skill.clauses)
    sentence = clause.sentence
    console.print(Text.assemble((clause.id, "bold"), f" {sentence.level} ", (sentence.text, "bold")))
    console.print(Text(f"{lab.title}: {skill.title}. {clause.points} {'point' if clause.points == 1 else 'points'}."))
    if sentence.reason:
        console.print(Padding(Markdown(sentence.reason), (1, 0)))
    console.print(Text.assemble(("Hint: ", "bold"), clause.hint))
    areas = [area for area, charged in assignment.memory.items() if charged == clause.id]
    if areas:
        console.print(Text(f"Findings of the tools in the tests of {', '.join(areas)} cost the points of this clause."))
    console.print(Text.assemble(("Spec: ", "bold"), f"spec/{sentence.chapter}:{sentence.line}"))
    for label, told in _places(kit, lab, clause):
        console.print(Text.assemble((f"{label}: ", "bold"), told))


def _places(kit: Kit, lab: Lab, clause: Clause) -> Iterator[tuple[str, str]]:
    """The places of the clause: its stub, the reference, its tests and its mutants."""
    for label, folder in (("Stub", kit.template), ("Reference", kit.reference)):
        for anchor in anchors(kit, folder, lab.id):
            if anchor.clause == clause.id:
                yield label, f"{anchor.file}:{anchor.line}"
    for test in declared_tests(kit, lab.id):
        if test.clause == clause.id:
            yield "Test", f"{test.name} ({test.file}:{test.line})"
    for mutant in mutants(kit, lab.id):
        if mutant.clause == clause.id:
            yield "Mutant", f"{mutant.name}: {mutant.mistake}"


def _unknown(assignment: Assignment, wanted: str) -> str:
    near = get_close_matches(wanted.upper(), assignment.clauses, n=3, cutoff=0.6)
    advice = (
        f"did you mean {' or '.join(near)}?" if near else f"a clause has an id such as {next(iter(assignment.clauses))}"
    )
    return f"there is no clause {wanted[:60]!r}: {advice}"
