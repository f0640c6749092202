"""A new lab: its skeleton is complete, and no other file of the kit needs a change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.upkeep.new_lab import new_lab

SECONDS = 900  # after this time, a command counts as hung
TIMESLICE = Path(sys.executable).parent / "timeslice"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, kit: Kit) -> Kit:
    """A copy of the kit with everything already built, so that only the new lab is built."""
    root = tmp_path_factory.mktemp("kit")
    skipped = shutil.ignore_patterns("calibration", "__pycache__")
    for name in ("Makefile", ".clang-format", "spec", "reference", "student_template", "tests", "build"):
        source = kit.root / name
        if source.is_dir():
            shutil.copytree(source, root / name, symlinks=True, ignore=skipped)
        else:
            shutil.copy2(source, root / name)
    return Kit(root)


@pytest.fixture(scope="module")
def run(copy: Kit) -> Run:
    """Runs a command on the copy, and returns how it ended."""

    def start(*command: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TIMESLICE_KIT": str(copy.root), "COLUMNS": "200"}
        return subprocess.run(
            command, cwd=copy.root, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    return start


def test_a_fourth_lab_is_listed_linted_graded_and_proved(copy: Kit, run: Run, tmp_path: Path) -> None:
    made = run(TIMESLICE, "new", "lab", "pipes", "--prefix", "PIPE")
    assert made.returncode == 0, made
    assert (copy.root / "spec" / "pipes.md").is_file()
    written = [line for line in made.stdout.splitlines() if line.endswith((".c", ".h"))]
    formatted = run("clang-format", "--dry-run", "-Werror", *written)
    assert formatted.returncode == 0, formatted
    built = run("make", "--silent", f"-j{len(os.sched_getaffinity(0))}", "all")
    assert built.returncode == 0, built
    listed = json.loads(run(TIMESLICE, "list", "--json").stdout)
    assert [lab["id"] for lab in listed["labs"]] == ["udp", "process", "scheduler", "pipes"]
    linted = run(TIMESLICE, "lint")
    assert linted.returncode == 0, linted
    for folder, status, earned in (("reference", 0, 100), ("student_template", 1, 0)):
        graded = run(TIMESLICE, "grade", copy.root / folder, "--lab", "pipes", "--out", tmp_path)
        assert graded.returncode == status, graded
        assert json.loads((tmp_path / folder / "result.json").read_text())["score"] == {
            "earned": earned,
            "possible": 100,
        }
    proved = run(TIMESLICE, "prove", "--only", "PIPE-")
    assert proved.returncode == 0, proved
    assert "every mutant dies on its clause" in proved.stdout
    measured = run(TIMESLICE, "costs", "--only", "PIPE-")
    assert "2 mutants: the median one costs 0 other clauses" in measured.stdout, measured


@pytest.mark.parametrize(
    ("name", "prefix", "said"),
    [
        ("udp", None, "the lab udp has the prefix UDP"),
        ("sockets", "UDP", "the lab udp has the prefix UDP"),
        ("Pipes", None, "small letters"),
        ("kit", None, "small letters"),
        ("../x", None, "small letters"),
        ("pipes2", "P", "give 2 to 8 capital letters"),
    ],
)
def test_a_name_that_cannot_be_used_is_one_line(kit: Kit, name: str, prefix: str | None, said: str) -> None:
    with pytest.raises(KitError, match=said) as told:
        new_lab(kit, name, prefix)
    assert "\n" not in str(told.value)
