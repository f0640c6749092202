"""Explains one clause: what it asks, why, its points, and which tests check it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from timeslice.contract.assignment import Assignment, Lab, read_assignment
from timeslice.contract.bank import declared_tests
from timeslice.contract.clause import Sentence
from timeslice.contract.kit import Kit, find_kit
from timeslice.contract.places import anchors, mutants
from timeslice.errors import KitError


def explain(wanted: str, console: Console) -> None:
    """Print the clause or rule with the address ``wanted``. It may be the address of a detail, in any case of letters.

    Raises KitError, with one line, if it does not exist."""
    kit = find_kit()
    assignment = read_assignment(kit)
    id_ = re.sub(r"(?<=\d)[A-Z]$", "", wanted.upper())
    found = ((lab, sentence) for lab in assignment.labs for sentence in lab.sentences if sentence.clause == id_)
    lab, sentence = next(found, (None, None))
    if lab is None or sentence is None:
        raise KitError(_unknown(assignment, wanted))
    console.print(Text.assemble((sentence.clause, "bold"), f" {sentence.level} ", (sentence.text, "bold")))
    console.print(Text(f"{lab.title}: {_worth(lab, sentence)}"))
    if sentence.reason:
        console.print(Padding(Markdown(sentence.reason), (1, 0)))
    for label, told in _details(assignment, sentence):
        console.print(Text.assemble((f"{label}: ", "bold"), told))
    for label, told in _places(kit, lab, sentence):
        console.print(Text.assemble((f"{label}: ", "bold"), told))


def _worth(lab: Lab, sentence: Sentence) -> str:
    """The skill and the points of a clause."""
    if sentence.is_rule:
        return "this rule holds for the whole lab, and has no points of its own."
    skill, clause = next((s, clause) for s in lab.skills for clause in s.clauses if clause.id == sentence.clause)
    return f"{skill.title}. {clause.points} {'point' if clause.points == 1 else 'points'}."


def _details(assignment: Assignment, sentence: Sentence) -> Iterator[tuple[str, str]]:
    """The hint of a clause, what else costs its points, and its line in the spec. A rule has only the line."""
    clause = assignment.clauses.get(sentence.clause)
    if clause:
        yield "Hint", clause.hint
        areas = [area for area, charged in assignment.memory.items() if charged == clause.id]
        if areas:
            yield "Tools", f"their findings in the tests of {', '.join(areas)} cost the points of this clause"
    yield "Spec", f"spec/{sentence.chapter}:{sentence.line}"


def _places(kit: Kit, lab: Lab, sentence: Sentence) -> Iterator[tuple[str, str]]:
    """The places of a clause or rule: its stub, the reference, the tests that look at it, and its mutants."""
    for label, folder in (("Stub", kit.template), ("Reference", kit.reference)):
        for anchor in anchors(kit, folder, lab.id):
            if anchor.clause == sentence.clause:
                yield label, f"{anchor.file}:{anchor.line}"
    for test in declared_tests(kit, lab.id):
        if test.clause == sentence.clause or sentence.bindings.keys() & set(test.addresses):
            yield "Test", f"{test.name} ({test.file}:{test.line})"
    for mutant in mutants(kit, lab.id):
        if mutant.clause == sentence.clause:
            yield "Mutant", f"{mutant.name}: {mutant.mistake}"


def _unknown(assignment: Assignment, wanted: str) -> str:
    near = get_close_matches(wanted.upper(), assignment.clauses, n=3, cutoff=0.6)
    advice = (
        f"did you mean {' or '.join(near)}?" if near else f"a clause has an id such as {next(iter(assignment.clauses))}"
    )
    return f"there is no clause {wanted[:60]!r}: {advice}"
