"""The objects for another bank: every public function, each once, and the messages about the rest."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from conftest import MakeSubmission
from timeslice.contract.assignment import Assignment
from timeslice.contract.kit import Kit
from timeslice.errors import IntakeError
from timeslice.grade.standalone import write_objects


def defined(folder: Path) -> Counter[str]:
    """How often the objects of a folder define each global name."""
    command = ["nm", "--defined-only", "--extern-only", "--format=posix", *map(str, sorted(folder.glob("*.o")))]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Counter(line.split()[0] for line in told.splitlines() if len(line.split()) > 1)


def test_what_is_missing_is_supplied_and_told(kit: Kit, assignment: Assignment, tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "old.o").write_text("of an earlier run")
    assert write_objects(kit.root / "tests" / "submissions" / "partial", tmp_path, "gcc", told.append)
    assert defined(tmp_path) == Counter(name for lab in assignment.labs for name in lab.api)
    supplied = [line for line in told if line.startswith("taken from the template: ")]
    assert told == supplied
    assert "schedule_run" in supplied[2]
    assert not any("udp_send" in line.split(": ")[1].split(", ") for line in supplied)


def test_what_is_refused_is_told_in_a_line_and_its_functions_are_supplied(
    make_submission: MakeSubmission, kit: Kit, tmp_path: Path
) -> None:
    refused = (kit.root / "tests" / "hostile" / "calls-syscall" / "udp" / "send.c").read_text()
    receive = (kit.root / "tests" / "submissions" / "partial" / "udp" / "receive.c").read_text()
    told: list[str] = []
    mine = make_submission("mine", {"udp/send.c": refused, "udp/receive.c": receive})
    assert write_objects(mine, tmp_path / "out", "gcc", told.append)
    assert [line.partition(":")[0] for line in told if "syscall is used" in line] == ["refused"]
    assert "udp/send.c was left out, because it was refused; lost with it: udp_send" in told
    assert defined(tmp_path / "out")["udp_send"] == 1


def test_a_folder_of_submissions_is_one_line(kit: Kit, tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="holds 6 submissions: give the path of one of them"):
        write_objects(kit.root / "tests" / "submissions", tmp_path, "gcc", print)
