"""Remembers what became of the mutants of one lab of a solution, in ``build/mutants/SOLUTION-LAB.json``.

Theory of operation: an interrupted run goes on where it ended. A mutant that died stays dead until its source changes.
A mutant that lived runs again when the bank has changed, because a new test may kill it. Decisions are kept by the
optimised code of the mutant. So they hold for each change that makes the same code.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

from pydantic import BaseModel, Field, ValidationError

from timeslice.contract.kit import Kit

DEAD, ALIVE = "dead", "alive"
NATIVELY = "natively"
_SAVE_SECONDS = 15  # between two times that the file is written


class Decision(BaseModel):
    """Whether a mutant died, and who killed it."""

    word: str
    test: str = ""  # suite/test; empty if the mutant lives, or does not link
    how: str = ""  # the verdict natively, or the tool; NATIVELY if the mutant lives and no tool has looked
    bank: str = ""  # a digest of the bank that did not kill it


class _File(BaseModel):
    """What is known about the mutants of one source."""

    source: str  # a digest of the source and of the headers
    codes: dict[str, str] = Field(default_factory=dict)  # by line and text: the digest of the code
    decisions: dict[str, Decision] = Field(default_factory=dict)  # by the digest of the code


class _Memory(BaseModel):
    files: dict[str, _File] = Field(default_factory=dict)


def path_of(kit: Kit, solution: Path, lab: str) -> Path:
    """The file with the memory of one lab of a solution."""
    return kit.root / "build" / "mutants" / f"{solution.name}-{lab}.json"


class Kept:
    """The memory of one lab of a solution. Threads may share it."""

    def __init__(self, kit: Kit, solution: Path, lab: str, path: Path, *, again: bool = False) -> None:
        """``again``: no old decision holds."""
        self._path = path
        self._again = again
        self._bank = _digest([kit.objects / "bank.o"])
        self._lock = Lock()
        self._saved = time.monotonic()
        self._memory = _Memory()
        with suppress(OSError, ValidationError):
            self._memory = _Memory.model_validate_json(self._path.read_bytes())
        headers = [*sorted((solution / lab).glob("*.h")), *sorted(kit.include.rglob("*.h"))]
        for source in sorted((solution / lab).glob("*.c")):
            digest = _digest([source, *headers])
            known = self._memory.files.get(source.name)
            if known is None or known.source != digest:
                self._memory.files[source.name] = _File(source=digest)

    def code(self, file: str, line: int, after: str) -> str | None:
        """The kept digest of the code of a mutant; None if it is not known."""
        return self._memory.files[file].codes.get(f"{line}: {after}")

    def set_code(self, file: str, line: int, after: str, code: str) -> None:
        """Keep the digest of the code of a mutant."""
        with self._lock:
            self._memory.files[file].codes[f"{line}: {after}"] = code
        self._save_now_and_then()

    def decision(self, file: str, code: str) -> Decision | None:
        """The kept decision on a mutant; None if there is none, or if the bank has changed since the mutant lived."""
        known = None if self._again else self._memory.files[file].decisions.get(code)
        return known if known and (known.word == DEAD or known.bank == self._bank) else None

    def set_decision(self, file: str, code: str, decision: Decision) -> None:
        """Keep a decision."""
        with self._lock:
            self._memory.files[file].decisions[code] = decision
        self._save_now_and_then()

    def killers(self, file: str) -> list[str]:
        """The tests that killed mutants of a file, the latest first."""
        decisions = self._memory.files[file].decisions.values()
        return list(dict.fromkeys(one.test for one in reversed(decisions) if one.test))

    def survived(self, how: str = "") -> Decision:
        """The decision on a mutant that this bank did not kill."""
        return Decision(word=ALIVE, how=how, bank=self._bank)

    def save(self) -> None:
        """Write the file. A reader never sees half of it."""
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new = self._path.with_suffix(".new")
            new.write_text(self._memory.model_dump_json(), "utf-8")
            os.replace(new, self._path)
            self._saved = time.monotonic()

    def _save_now_and_then(self) -> None:
        if time.monotonic() - self._saved > _SAVE_SECONDS:
            self.save()


def _digest(paths: Sequence[Path]) -> str:
    told = hashlib.sha256()
    for path in paths:
        told.update(path.read_bytes())
    return told.hexdigest()
