"""Turns the output of a compiler, assembler or linker into diagnostics."""

from __future__ import annotations

import re
from typing import Literal

from timeslice.model import Diagnostic
from timeslice.untrusted import one_line

DIAGNOSTICS_MAX = 200
_WITH_COLUMN = re.compile(r"^([^\s:][^:]*):(\d+):(\d+): (?:fatal )?(error|warning|note): (.+)$")
_ASSEMBLER = re.compile(r"^([^\s:][^:]*):(\d+): (Error|Warning): (.+)$")
_LINKER = re.compile(r"^.*?(?:([\w./+-]+\.[ch]):(\d+): )?((?:multiple definition of|undefined reference to) .+)$")


def parse(text: str) -> list[Diagnostic]:
    """The diagnostics in ``text``, in its order, at most DIAGNOSTICS_MAX of them."""
    found = (_diagnostic(line[:2000]) for line in text.splitlines())
    return [diagnostic for diagnostic in found if diagnostic][:DIAGNOSTICS_MAX]


def _diagnostic(line: str) -> Diagnostic | None:
    match = _WITH_COLUMN.match(line)
    if match:
        file, number, column, severity, message = match.groups()
        return _made(severity, file, number, column, message)
    match = _ASSEMBLER.match(line)
    if match:
        return _made(match[3].lower(), match[1], match[2], "0", match[4])
    match = _LINKER.match(line)
    return _made("error", match[1] or "", match[2] or "0", "0", match[3]) if match else None


def _made(severity: str, file: str, line: str, column: str, message: str) -> Diagnostic:
    kind: Literal["error", "warning", "note"] = (
        "error" if severity == "error" else "warning" if severity == "warning" else "note"
    )
    return Diagnostic(
        severity=kind,
        file=one_line(file, 200),
        line=min(int(line[:9]), 10**8),
        column=min(int(column[:9]), 10**8),
        message=one_line(message, 1000),
    )
