"""For instructors: the points, hint, tests and mutants of each sentence that binds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from timeslice.contract.assignment import Lab
from timeslice.contract.bank import DeclaredTest, declared_tests
from timeslice.contract.clause import Sentence
from timeslice.contract.kit import Kit
from timeslice.contract.places import Mutant, mutants


@dataclass(frozen=True)
class Evidence:
    """What the kit has for one sentence. Only a clause has points, a hint and mutants."""

    points: int | None
    hint: str
    tests: tuple[DeclaredTest, ...]
    mutants: tuple[tuple[str, str], ...]  # the name of each, and its mistake in one sentence
    untested: str  # why no test can look at it


def gather(kit: Kit, labs: Sequence[Lab], sentences: Mapping[str, Sequence[Sentence]]) -> dict[str, Evidence]:
    """The evidence for every sentence that binds, by its address. A clause with SHOULD does not bind."""
    found: dict[str, Evidence] = {}
    for lab in labs:
        tests, wrong = declared_tests(kit, lab.id), mutants(kit, lab.id)
        for clause in lab.clauses:
            names = tuple((one.name, _first_sentence(one)) for one in wrong if one.clause == clause.id)
            found[clause.id] = Evidence(clause.points, clause.hint, _looking_at(clause.id, tests), names, "")
        for sentence in (one for one in sentences[lab.id] if one.level != "SHOULD"):
            found.setdefault(sentence.clause, Evidence(None, "", _looking_at(sentence.clause, tests), (), ""))
            for detail in sentence.details:
                looking = _looking_at(detail.address, tests)
                found[detail.address] = Evidence(None, "", looking, (), detail.untested)
    return found


def _looking_at(address: str, tests: list[DeclaredTest]) -> tuple[DeclaredTest, ...]:
    """The tests that name ``address``. A clause also has those that earn its points and name only its details."""
    return tuple(test for test in tests if address in test.addresses or test.clause == address)


def _first_sentence(mutant: Mutant) -> str:
    return mutant.mistake.partition(". ")[0].removesuffix(".") + "."
