"""Copies of the kit that a test may change. A small bank makes their calibration quick."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from timeslice.contract.kit import Kit

SECONDS = 900  # after this time, a command counts as hung
PARTS = ("Makefile", ".clang-format", "spec", "reference", "student_template", "tests", "build")


def copied(kit: Kit, root: Path) -> Kit:
    """A copy of the kit with everything already built, but without its calibration."""
    root.mkdir(parents=True, exist_ok=True)
    skipped = shutil.ignore_patterns("calibration", "__pycache__")
    for name in PARTS:
        source = kit.root / name
        if source.is_dir():
            shutil.copytree(source, root / name, symlinks=True, ignore=skipped)
        else:
            shutil.copy2(source, root / name)
    return Kit(root)


def run(copy: Kit, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command on the copy, and return how it ended."""
    environment = {**os.environ, "TIMESLICE_KIT": str(copy.root), "COLUMNS": "200"}
    return subprocess.run(
        command, cwd=copy.root, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def make_bank_of(copy: Kit, sources: Iterable[str]) -> None:
    """Link the bank of the copy anew, with the tests in ``sources`` and no others."""
    for name in ("bank.o", "reference"):
        (copy.objects / name).unlink()
    made = run(copy, "make", "--silent", "kit", f"TEST_SOURCES={' '.join(sources)}")
    assert made.returncode == 0, made
