"""The public headers: where each function is declared, and what its comment says first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from timeslice.contract.assignment import Lab
from timeslice.contract.kit import Kit
from timeslice.contract.places import COMMENT
from timeslice.untrusted import visible


@dataclass(frozen=True)
class Function:
    """A public function: its name, the line of its declaration, and the first sentence of its comment."""

    name: str
    line: int
    summary: str


@dataclass(frozen=True)
class Header:
    """One public header. ``path`` is what a program includes: ``timeslice/udp.h``."""

    path: str
    source: str
    labs: tuple[Lab, ...]
    functions: tuple[Function, ...]

    @property
    def page(self) -> str:
        """The name of its page."""
        return self.path.replace("/", "-") + ".html"


def read_headers(kit: Kit, labs: Sequence[Lab]) -> tuple[Header, ...]:
    """Every public header, in the order in which the labs name them, and then the others."""
    named = [header for lab in labs for header in lab.headers]
    paths = [path.relative_to(kit.include).as_posix() for path in sorted(kit.include.rglob("*.h"))]
    in_order = [path for path in dict.fromkeys(named) if path in paths]
    rest = [path for path in paths if path not in named]
    return tuple(_read(kit.include, path, [lab for lab in labs if path in lab.headers]) for path in (*in_order, *rest))


def _read(folder: Path, path: str, labs: Sequence[Lab]) -> Header:
    source = visible((folder / path).read_text("utf-8", "replace"))
    functions = sorted(_functions(source, [name for lab in labs for name in lab.api]), key=lambda one: one.line)
    return Header(path, source, tuple(labs), tuple(functions))


def _functions(source: str, names: Sequence[str]) -> Iterator[Function]:
    """The functions of ``names`` that ``source`` declares. Comments are replaced by blanks, so places stay the same."""
    code = COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), source)
    for name in names:
        declared = re.search(rf"\b{re.escape(name)}\s*\(", code)
        if declared:
            start = source.rfind("\n", 0, declared.start()) + 1
            yield Function(name, source.count("\n", 0, declared.start()) + 1, _summary(source[:start]))


def _summary(before: str) -> str:
    """The first sentence of the comment that ends directly before a declaration. Empty if there is none."""
    comments = list(COMMENT.finditer(before))
    if not comments or before[comments[-1].end() :].strip():
        return ""
    lines = (line.strip().removeprefix("*").strip() for line in comments[-1][0][2:-2].splitlines())
    sentences = re.split(r"(?<=[.:]) (?=[A-Z-])", " ".join(lines).strip())
    return sentences[0]
