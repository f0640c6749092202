"""A new lab: its skeleton is complete, and no other file of the kit needs a change."""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path

import pytest

import kit_copies
from timeslice.contract.bank import bank_tests
from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.upkeep.new_lab import new_lab

TIMESLICE = Path(sys.executable).parent / "timeslice"


def test_a_fourth_lab_is_listed_linted_graded_and_proved(kit: Kit, tmp_path: Path) -> None:
    copy = kit_copies.copied(kit, tmp_path / "kit")
    run = partial(kit_copies.run, copy)
    made = run(TIMESLICE, "new", "lab", "pipes", "--prefix", "PIPE")
    assert made.returncode == 0, made
    assert (copy.root / "spec" / "pipes.md").is_file()
    written = [line for line in made.stdout.splitlines() if line.endswith((".c", ".h"))]
    formatted = run(TIMESLICE.with_name("clang-format"), "--dry-run", "-Werror", *written)
    assert formatted.returncode == 0, formatted
    built = run("make", "--silent", f"-j{len(os.sched_getaffinity(0))}", "all")
    assert built.returncode == 0, built
    own = [test for test in bank_tests(copy) if test.lab == "pipes"]
    assert own
    assert len(bank_tests(copy)) == len(bank_tests(kit)) + len(own)
    listed = json.loads(run(TIMESLICE, "list", "--json").stdout)
    assert [lab["id"] for lab in listed["labs"]] == ["udp", "process", "scheduler", "pipes"]
    linted = run(TIMESLICE, "lint")
    assert linted.returncode == 0, linted
    # The calibration needs the tests that run on the control too. Without the others it takes seconds.
    kit_copies.make_bank_of(copy, ["tests/udp/send.c", *sorted({test.file for test in own})])
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
    assert "2 mutants: the median one costs 0 other clauses" in proved.stdout, proved


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
