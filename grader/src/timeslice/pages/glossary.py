"""The glossary of spec/README.md: a table of terms in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADING = "## Glossary"
_ABBREVIATION = re.compile(r"^(.*) \(([A-Z]+)\)$")
_WORDS_MAX = 3  # a row of more words lists ordinary words, such as "new, ready, running", so no text links to it


@dataclass(frozen=True)
class Term:
    """One row of the glossary."""

    english: str
    chinese: str
    meaning: str

    @property
    def anchor(self) -> str:
        """The id of its row on the page."""
        return "term-" + "-".join(re.findall(r"[a-z0-9]+", self.english.lower()))

    @property
    def forms(self) -> tuple[str, ...]:
        """The words in a text that mean this term: ``fork, spawn`` are two words, ``round robin (RR)`` too."""
        short = _ABBREVIATION.match(self.english)
        if short:
            return short[1], short[2]
        words = tuple(self.english.split(", "))
        return words if len(words) <= _WORDS_MAX else ()


def read_glossary(readme: str) -> tuple[Term, ...]:
    """The terms of the table below the heading "Glossary". None if there is no such heading."""
    return tuple(_rows(readme.partition(f"\n{HEADING}\n")[2]))


def _rows(text: str) -> Iterator[Term]:
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("#"):
            return
        if line.startswith("|") and len(cells) == 3 and cells[0] != "English" and not set(cells[0]) <= set("-: "):
            yield Term(*(cell.replace("`", "").replace("*", "") for cell in cells))
