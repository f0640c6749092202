"""The versions of everything on which a grade depends."""

from __future__ import annotations

import platform
import re
import subprocess
from functools import cache
from pathlib import Path

from timeslice import __version__


@cache
def versions(cc: str) -> dict[str, str]:
    """The versions of everything on which a grade depends. ``cc`` is the compiler. Each process asks only once."""
    return {
        "timeslice": __version__,
        "compiler": _first_line(cc, "--version"),
        "linker": _first_line("ld", "--version"),
        "valgrind": _first_line("valgrind", "--version"),
        "criterion": _criterion(cc),
        "bubblewrap": _first_line("bwrap", "--version"),
        "python": platform.python_version(),
        "kernel": platform.release(),
    }


def _criterion(cc: str) -> str:
    """The version of the library that ``cc`` links. A file beside the library has it."""
    library = Path(_first_line(cc, "-print-file-name=libcriterion.a"))
    try:
        told = (library.parent / "pkgconfig" / "criterion.pc").read_text("utf-8", "replace")
    except OSError:
        return "unknown"
    version = re.search(r"^Version: *(\S+)$", told, re.MULTILINE)
    return version[1] if version else "unknown"


def _first_line(*command: str) -> str:
    try:
        told = subprocess.run(command, capture_output=True, timeout=20, check=True, text=True, errors="replace").stdout
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return told.splitlines()[0].strip() if told.strip() else "unknown"
