"""Clauses: their ids, and their sentences in the chapters of the spec."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from timeslice.contract.kit import Kit
from timeslice.errors import KitError

_ID = r"[A-Z]{2,8}-[A-Z]{2,8}-\d{3}"
_LINE = re.compile(rf"^\*\*({_ID})\*\* (MUST|SHOULD): (.+)$")
_NEARLY_A_LINE = re.compile(rf"^\W*\*\*{_ID}\b")


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
        found = re.match(rf"{_ID}(?![A-Za-z0-9])", text)
        return cls(found[0]) if found else None


@dataclass(frozen=True)
class Sentence:
    """A clause in its chapter: its id, its level, its text, its reason, and its place."""

    clause: ClauseId
    level: str  # MUST or SHOULD
    text: str
    reason: str
    chapter: str
    line: int


def read_chapter(kit: Kit, lab: str) -> list[Sentence]:
    """The clauses of a lab's chapter, in order. The reason of a clause is the text up to the next clause or heading."""
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
        found[clause] = Sentence(clause, match[2], match[3], _reason(lines[number:]), chapter, number)
    return list(found.values())


def malformed_lines(kit: Kit, lab: str) -> Iterator[int]:
    """The numbers of lines in a lab's chapter that look like a clause, but have the wrong form."""
    for number, line in enumerate(_lines(kit, f"{lab}.md"), start=1):
        if _NEARLY_A_LINE.match(line) and not _LINE.match(line):
            yield number


def _lines(kit: Kit, chapter: str) -> list[str]:
    try:
        return (kit.root / "spec" / chapter).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KitError(f"cannot read spec/{chapter}, which has the clauses ({error}): repair this file") from error


def _reason(following: list[str]) -> str:
    """The lines up to the next clause or heading. A ``#`` inside a fenced example is not a heading."""
    kept: list[str] = []
    fenced = False
    for line in following:
        if not fenced and (_LINE.match(line) or line.startswith("#")):
            break
        fenced ^= line.startswith("```")
        kept.append(line)
    return "\n".join(kept).strip()
