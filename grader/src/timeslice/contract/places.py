"""The places of a clause in the kit: its mutants, and its anchors in the stubs and in the reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from timeslice.contract.clause import ClauseId
from timeslice.contract.kit import Kit

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Mutant:
    """A known-wrong solution: a patch of the reference. Its name starts with the clause that it breaks."""

    path: Path
    clause: ClauseId | None  # None if its name does not start with a clause
    mistake: str  # the mistake in words

    @property
    def name(self) -> str:
        """``UDP-RX-003-waits-again``."""
        return self.path.stem


def mutants(kit: Kit, lab: str) -> list[Mutant]:
    """The mutants of a lab, in the order of their names."""
    paths = sorted((kit.root / "tests" / "mutants" / lab).glob("*.patch"))
    return [Mutant(path, ClauseId.at_the_start(path.stem), _mistake(path)) for path in paths]


def _mistake(path: Path) -> str:
    """The text above the patch."""
    return " ".join(path.read_text("utf-8").partition("\n--- ")[0].split())


@dataclass(frozen=True)
class Anchor:
    """A comment in the code that names a clause: ``/* UDP-RX-003 */``."""

    clause: ClauseId
    file: str  # relative to the kit
    line: int


def anchors(kit: Kit, folder: Path, lab: str) -> Iterator[Anchor]:
    """Every anchor in the sources of ``lab`` in ``folder``, which is the reference or the template."""
    for path in sorted((folder / lab).glob("*.[ch]")):
        text = path.read_text("utf-8")
        for comment in COMMENT.finditer(text):
            first = text.count("\n", 0, comment.start()) + 1
            for line, clause in ClauseId.by_line(comment[0], first):
                yield Anchor(clause, str(path.relative_to(kit.root)), line)
