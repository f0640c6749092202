"""Checks that every clause has its partners: a sentence, points and a hint, tests, mutants, anchors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from timeslice.contract.assignment import Assignment, Clause, Lab, read_assignment
from timeslice.contract.bank import DeclaredTest, declared_tests
from timeslice.contract.clause import ClauseId, malformed_lines, read_chapter
from timeslice.contract.kit import Kit
from timeslice.contract.places import COMMENT, anchors, mutants
from timeslice.errors import KitError
from timeslice.report.schema import schema_text
from timeslice.upkeep.costs import REASONS
from timeslice.upkeep.mutants import reviewed
from timeslice.upkeep.prose import check_prose
from timeslice.upkeep.sizes import check_sizes
from timeslice.witness.scenario import scenarios

A_HUNDRED = 100
REPEATED_WORDS = 6  # in a row: then a description repeats a sentence
# Patterns in the text of a test whose verdict depends on how busy the machine is.
_LUCK = (
    (re.compile(r"\b(?:u|nano|clock_nano|thrd_)?sleep\s*\("), "it sleeps: wait for the event"),
    (re.compile(r"\b(?:alarm|setitimer)\s*\("), "it sets a timer: wait for the event"),
    (re.compile(r"(?:interruptions_stop\(\)\s*[<>=!])|(?:[=(,]\s*interruptions_stop\()"),
     "it asks how many signals came, which may be none: let the next step wait for a signal (interruptions_then)"),
    (re.compile(r"stopwatch_ms\(\)[^;]*?<"), "it requires that something is fast: a busy machine is slow"),
    (re.compile(r"expect_at_least\([^,;]*,[^,;]*-\s*[0-9]"),
     "it leaves a tolerance, which hides a wait that is too short: try thirty waits of 1 ms (short_waits.h)"),
)  # fmt: skip
_ROW = re.compile(r"^[ \t]*(?:[|*+-]|\d+[.)])[ \t*]*`(\w+)[`/]", re.MULTILINE)  # begins with code
_GUARD = re.compile(r"^#ifndef (\w+)\n#define (\w+)$", re.MULTILINE)


def lint(kit: Kit) -> list[str]:
    """Everything that is missing or does not match, one line each. An empty list means that all is well."""
    try:
        assignment = read_assignment(kit)
    except KitError as error:
        return [str(error)]
    found = list(_schema(kit)) + list(_headers(kit))
    found += _lists_of_labs(kit)
    found += _luck(kit, [f"tests/{lab.id}" for lab in assignment.labs] + ["tests/support"])
    for lab in assignment.labs:
        tests = declared_tests(kit, lab.id)
        found += _chapter(kit, assignment, lab)
        found += _points(lab)
        found += _tests(lab, tests)
        found += _bindings(lab, tests)
        found += _mutants(kit, lab)
        found += _reasons(kit, lab)
        found += _witnesses(kit, assignment, lab)
        for folder in (kit.reference, kit.template):
            found += _anchors(kit, lab, folder)
        found += _same_files(kit, lab)
        found += _api(kit, lab)
    return [*found, *check_prose(kit.root), *check_sizes(kit.root)]


def _clauses(lab: Lab) -> dict[ClauseId, Clause]:
    return {clause.id: clause for clause in lab.clauses}


def _schema(kit: Kit) -> Iterator[str]:
    published = kit.root / "spec" / "result.schema.json"
    if not published.is_file() or published.read_text("utf-8") != schema_text():
        yield "spec/result.schema.json: differs from the model: run timeslice schema > spec/result.schema.json"


def _headers(kit: Kit) -> Iterator[str]:
    for path in sorted(kit.include.rglob("*.h")):
        wanted = re.sub(r"\W", "_", str(path.relative_to(kit.include))).upper()
        guard = _GUARD.search(path.read_text("utf-8"))
        if guard is None or guard[1] != wanted or guard[2] != wanted:
            yield f"{path.relative_to(kit.root)}: no include guard {wanted}: add it"


def _witnesses(kit: Kit, assignment: Assignment, lab: Lab) -> Iterator[str]:
    """Every scenario shows sentences of its lab, and needs areas that exist. Theirs are among them."""
    areas = {clause.id.memory_key for clause in assignment.clauses.values()}
    seen: set[str] = set()
    for scenario in scenarios(kit, lab.id):
        where = f"tests/witness/{lab.id}: {scenario.name}"
        if scenario.name in seen:
            yield f"{where} is there twice: rename one"
        seen.add(scenario.name)
        if not scenario.title or not scenario.shows:
            yield f"{where} has no docstring or shows nothing: say what the witness does and which sentences it shows"
        yield from (
            f"{where} shows {a}, which spec/{lab.chapter} does not have"
            for a in scenario.shows
            if a not in lab.bindings
        )
        yield from (f"{where} needs {area}, which is no area" for area in scenario.needs if area not in areas)
        shown = {address.rpartition("-")[0] for address in scenario.shows}
        yield from (
            f"{where} shows a clause of {area} and does not need this area" for area in shown - set(scenario.needs)
        )


def _lists_of_labs(kit: Kit) -> Iterator[str]:
    """Labs are found, not listed: in no table or list of a document, two labs have a row of their own."""
    for path in sorted([*kit.root.glob("*.md"), *(kit.root / "spec").glob("*.md"), *kit.template.rglob("*.md")]):
        if path.name in {f"{lab}.md" for lab in kit.labs} or path.name == "CHANGELOG.md":
            continue
        for block in re.split(r"\n[ \t]*\n", path.read_text("utf-8")):
            labs = {row[1] for row in _ROW.finditer(block)} & set(kit.labs)
            if len(labs) > 1:
                yield f"{path.relative_to(kit.root)}: a list of the labs ({', '.join(sorted(labs))}): give the rule"


def _luck(kit: Kit, folders: list[str]) -> Iterator[str]:
    """Tests whose verdict depends on how busy the machine is."""
    for path in sorted(path for folder in folders for path in (kit.root / folder).rglob("*.[ch]")):
        text = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), path.read_text("utf-8"))
        for pattern, why in _LUCK:
            for found in pattern.finditer(text):
                yield f"{path.relative_to(kit.root)}:{text.count(chr(10), 0, found.start()) + 1}: {why}"


def _chapter(kit: Kit, assignment: Assignment, lab: Lab) -> Iterator[str]:
    for sentence in read_chapter(kit, lab.id):
        if sentence.is_rule:
            if sentence.clause.prefix != lab.prefix:
                yield f"spec/{lab.chapter}:{sentence.line}: {sentence.clause} is no rule of {lab.prefix}: rename it"
        elif sentence.clause not in assignment.clauses:
            yield f"spec/{lab.chapter}:{sentence.line}: {sentence.clause} has no points in {lab.table}: add them"
    for number in malformed_lines(kit, lab.id):
        yield f"spec/{lab.chapter}:{number}: looks like a clause, but is not '**ID** MUST: text' or '- **IDa** text'"


def _points(lab: Lab) -> Iterator[str]:
    total = sum(clause.points for clause in lab.clauses)
    if total % A_HUNDRED:
        yield f"{lab.table}: the points of lab {lab.id} sum to {total}: make it 100 or 200"


def _tests(lab: Lab, tests: list[DeclaredTest]) -> Iterator[str]:
    clauses = _clauses(lab)
    for clause in set(clauses) - {test.clause for test in tests}:
        yield f"{clause}: no test in tests/{lab.id}/ checks it: write one"
    for name, count in Counter(test.name for test in tests).items():
        if count > 1:
            yield f"tests/{lab.id}: {name} is declared {count} times: rename the others"
    for test in tests:
        place = f"{test.file}:{test.line}"
        if test.clause is None or test.clause not in clauses:
            yield f"{place}: the description of {test.name} does not begin with a clause of lab {lab.id}: add it"
        elif test.clause.area not in lab.memory:
            yield f"{place}: area {test.clause.area} has no memory clause in {lab.table}: add one"
        else:
            for address in test.addresses:
                if repeats(test.description, lab.bindings.get(address, "")):
                    yield f"{place}: {test.name} repeats the sentence of {address}: say only what this test adds"


def _bindings(lab: Lab, tests: list[DeclaredTest]) -> Iterator[str]:
    """Every sentence that binds has a test that looks at it, and a test names only sentences that there are."""
    named = {address for test in tests for address in test.addresses}
    untested = {detail.address for s in lab.sentences for detail in s.details if detail.untested}
    for address in lab.bindings:
        if address not in named and address not in untested:
            yield f"{address}: no test in tests/{lab.id}/ looks at it: write one and name it in its description"
        elif address in named and address in untested:
            yield f"{address}: marked as not tested, but a test names it: remove one of the two"
    for test in tests:
        for address in test.addresses:
            if address not in lab.bindings:
                yield f"{test.file}:{test.line}: {test.name} names {address}, which the chapter lacks: correct it"


def repeats(description: str, sentence: str) -> bool:
    """Whether a description has REPEATED_WORDS words in a row that the sentence has, too."""
    said, given = (re.findall(r"\w+", text.lower()) for text in (description, sentence))
    runs = {tuple(given[at : at + REPEATED_WORDS]) for at in range(len(given) - REPEATED_WORDS + 1)}
    return any(tuple(said[at : at + REPEATED_WORDS]) in runs for at in range(len(said) - REPEATED_WORDS + 1))


def _mutants(kit: Kit, lab: Lab) -> Iterator[str]:
    clauses = _clauses(lab)
    killed = set()
    for mutant in mutants(kit, lab.id):
        place = mutant.path.relative_to(kit.root)
        if mutant.clause is None or mutant.clause not in clauses or not re.fullmatch(r"[\w-]{13,}", mutant.name):
            yield f"{place}: not named after a clause of lab {lab.id}: name it CLAUSE-what-is-wrong.patch"
        elif not mutant.mistake:
            yield f"{place}: has no sentence above the patch: say what the wrong solution does"
        else:
            killed.add(mutant.clause)
    for clause in clauses:
        if clause not in killed:
            yield f"{clause}: no mutant in tests/mutants/{lab.id}/: write one"


def _reasons(kit: Kit, lab: Lab) -> Iterator[str]:
    names = {mutant.name for mutant in mutants(kit, lab.id)}
    for name in reviewed(kit, REASONS, lab.id).keys() - names:
        yield f"tests/mutants/{lab.id}/{REASONS}: {name}: no such mutant: remove its reason"


def _anchors(kit: Kit, lab: Lab, folder: Path) -> Iterator[str]:
    clauses = _clauses(lab)
    seen: set[str] = set()
    for anchor in anchors(kit, folder, lab.id):
        seen.add(anchor.clause)
        if anchor.clause not in clauses:
            yield f"{anchor.file}: anchor {anchor.clause} is no clause of lab {lab.id}: correct it"
    for clause in clauses:
        if clause not in seen:
            yield f"{clause}: no anchor /* {clause} */ in {folder.relative_to(kit.root)}/{lab.id}/: add it"


def _same_files(kit: Kit, lab: Lab) -> Iterator[str]:
    """A module with its own header is internal to the reference. The template must have all other modules."""
    folder = kit.reference / lab.id
    solved = {p.name for p in folder.glob("*.c") if not p.with_suffix(".h").is_file()}
    template = {p.name for p in (kit.template / lab.id).glob("*.c")}
    for name in sorted((solved - template) | {name for name in template if not (folder / name).is_file()}):
        has, lacks = ("reference", "student_template") if name in solved else ("student_template", "reference")
        yield f"{lacks}/{lab.id}/{name}: missing, {has}/ has it: add it"


def _api(kit: Kit, lab: Lab) -> Iterator[str]:
    declared = "\n".join((kit.include / header).read_text("utf-8") for header in lab.headers)
    for name in lab.api:
        if not re.search(rf"\b{re.escape(name)}\(", declared):
            yield f"{lab.table}: api function {name} is declared in none of {', '.join(lab.headers)}: declare it there"
