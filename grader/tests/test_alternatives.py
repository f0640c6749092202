"""The alternatives: each lab has at least four of them, and each holds every function of its lab."""

from __future__ import annotations

import re
from pathlib import Path

from timeslice.contract.assignment import Lab, read_assignment
from timeslice.contract.kit import Kit

AT_LEAST = 4


def missing(folder: Path, lab: Lab) -> list[str]:
    """The public functions that no file of the folder defines."""
    text = "\n".join(path.read_text("utf-8") for path in folder.glob("*.c"))
    return [name for name in lab.api if not re.search(rf"^\w[\w *]*\b{name}\([^;{{]*\{{", text, re.MULTILINE)]


def test_each_lab_has_complete_alternatives(kit: Kit) -> None:
    for lab in read_assignment(kit).labs:
        folders = [path / lab.id for path in sorted((kit.root / "tests/alternatives").iterdir())]
        complete = [folder for folder in folders if folder.is_dir()]
        assert {str(folder): missing(folder, lab) for folder in complete if missing(folder, lab)} == {}
        assert len(complete) >= AT_LEAST
