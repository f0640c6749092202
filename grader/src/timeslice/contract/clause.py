"""Clauses, their details and rules: their addresses, and their sentences in the chapters of the spec.

Every sentence that binds has an address: ``UDP-RX-009`` is a clause, ``UDP-RX-009a`` is a detail of this clause,
``UDP-RULE-003`` is a rule that holds everywhere. Text without an address explains, and does not bind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from timeslice.contract.kit import Kit
from timeslice.errors import KitError

PREFIX = r"[A-Z]{2,8}"  # of a lab
_ID = rf"{PREFIX}-[A-Z]{{2,8}}-\d{{3}}"
ADDRESS = rf"{_ID}[a-z]?"
_LINE = re.compile(rf"^\*\*({_ID})\*\* (MUST|SHOULD|RULE): (.+)$")
_DETAIL = re.compile(rf"^- \*\*({_ID})([a-z])\*\* (?:\(not tested: ([^()]+)\) )?(.+)$")
_NEARLY_A_LINE = re.compile(rf"^\W*\*\*{_ID}[A-Za-z]?\b")
_ADDRESS = re.compile(rf"({_ID})([a-z]?)(?![A-Za-z0-9])")
RULE = "RULE"


class ClauseId(str):
    """``UDP-RX-003``: the prefix of the lab, the area in the lab, and a number. Its meaning never changes."""

    __slots__ = ()

    def __new__(cls, text: str) -> ClauseId:
        """Raises ValueError if ``text`` is not a clause id."""
        if not re.fullmatch(_ID, text):
            raise ValueError(f"{text!r} is not a clause id: write it like UDP-RX-003")
        return super().__new__(cls, text)

    @property
    def prefix(self) -> str:
        """``UDP``: the prefix of the lab."""
        return self.split("-")[0]

    @property
    def area(self) -> str:
        """``RX``: the topic of the clause."""
        return self.split("-")[1]

    @property
    def number(self) -> int:
        """3."""
        return int(self.split("-")[2])

    @property
    def memory_key(self) -> str:
        """``UDP-RX``: the lab and the area. Each such area has one memory clause."""
        return f"{self.prefix}-{self.area}"

    @classmethod
    def found_in(cls, text: str) -> list[ClauseId]:
        """Every clause id in ``text``, in order."""
        return [cls(found) for found in re.findall(rf"\b{_ID}\b", text)]

    @classmethod
    def by_line(cls, text: str, first: int) -> Iterator[tuple[int, ClauseId]]:
        """Every clause id in ``text`` with the number of its line; ``first`` is the number of the first line."""
        for line, part in enumerate(text.split("\n"), start=first):
            yield from ((line, clause) for clause in cls.found_in(part))

    @classmethod
    def at_the_start(cls, text: str) -> ClauseId | None:
        """The clause id at the start of ``text``, or None."""
        found = _ADDRESS.match(text)
        return cls(found[1]) if found else None


def addresses_at_the_start(text: str) -> tuple[str, ...]:
    """The addresses before the first ``: `` of a test's description. Empty if something else is there."""
    named = text.partition(": ")[0].split(" ")
    return tuple(named) if all(map(_ADDRESS.fullmatch, named)) else ()


@dataclass(frozen=True)
class Detail:
    """A sentence below a clause or a rule. It binds as the clause does."""

    address: str  # UDP-RX-009a
    text: str
    line: int
    untested: str = ""  # why no test can look at it; empty if a test can


@dataclass(frozen=True)
class Sentence:
    """A clause or a rule in its chapter: its id, its level, its text, its details, its reason, and its place."""

    clause: ClauseId
    level: str  # MUST, SHOULD or RULE
    text: str
    details: tuple[Detail, ...]
    reason: str  # everything below it, with the details
    chapter: str
    line: int

    @property
    def is_rule(self) -> bool:
        """True for a rule, which holds everywhere and has no points."""
        return self.level == RULE

    @property
    def bindings(self) -> dict[str, str]:
        """Every address here with its sentence: the clause itself, then its details."""
        return {str(self.clause): self.text} | {detail.address: detail.text for detail in self.details}


def read_chapter(kit: Kit, lab: str) -> list[Sentence]:
    """The clauses and rules of a lab's chapter, in order. The text up to the next one, or to the next heading, is the
    reason. Raises KitError if an id is there twice, or if the letters of its details do not run from a."""
    chapter = f"{lab}.md"
    lines = _lines(kit, chapter)
    found: dict[str, Sentence] = {}
    for number, line in enumerate(lines, start=1):
        match = _LINE.match(line)
        if not match:
            continue
        clause = ClauseId(match[1])
        if clause in found:
            raise KitError(f"spec/{chapter}:{number}: {clause} is in this chapter twice: give one of them a new id")
        below = _below(lines[number:])
        details = _details(clause, below, chapter, number + 1)
        found[clause] = Sentence(clause, match[2], match[3], details, "\n".join(below).strip(), chapter, number)
    return list(found.values())


def _details(clause: ClauseId, below: list[str], chapter: str, first: int) -> tuple[Detail, ...]:
    found: list[Detail] = []
    for at, line in enumerate(below):
        match = _DETAIL.match(line)
        if not match:
            continue
        wanted = f"{clause}{chr(ord('a') + len(found))}"
        if match[1] + match[2] != wanted:
            raise KitError(
                f"spec/{chapter}:{first + at}: {match[1]}{match[2]} should be {wanted}: give it this address"
            )
        more = takewhile(lambda text: text.startswith("  "), below[at + 1 :])
        text = " ".join([match[4], *(part.strip() for part in more)])
        found.append(Detail(wanted, text, first + at, match[3] or ""))
    return tuple(found)


def malformed_lines(kit: Kit, lab: str) -> Iterator[int]:
    """The numbers of lines in a lab's chapter that look like a clause, but have the wrong form."""
    for number, line in enumerate(_lines(kit, f"{lab}.md"), start=1):
        if _NEARLY_A_LINE.match(line) and not _LINE.match(line) and not _DETAIL.match(line):
            yield number


def _lines(kit: Kit, chapter: str) -> list[str]:
    try:
        return (kit.root / "spec" / chapter).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KitError(f"cannot read spec/{chapter}, which has the clauses ({error}): repair this file") from error


def _below(following: list[str]) -> list[str]:
    """The lines up to the next clause or heading. A ``#`` inside a fenced example is not a heading."""
    kept: list[str] = []
    fenced = False
    for line in following:
        if not fenced and (_LINE.match(line) or line.startswith("#")):
            break
        fenced ^= line.startswith("```")
        kept.append(line)
    return kept
