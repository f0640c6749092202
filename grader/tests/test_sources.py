"""The search for submissions in a class: folders, archives, links, and entries that cannot be read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from in_sandbox import as_ordinary_user
from test_intake import MINE, PATTERNS, make_tar, make_zip
from timeslice.errors import IntakeError
from timeslice.intake.sources import find_sources
from timeslice.intake.tree import take


def test_a_class_is_a_folder_of_folders_and_archives(tmp_path: Path) -> None:
    (tmp_path / "class" / "alice" / "udp").mkdir(parents=True)
    (tmp_path / "class" / "bob" / "wrapped" / "udp").mkdir(parents=True)
    (tmp_path / "class" / "empty").mkdir()
    (tmp_path / "class" / ".git").mkdir()
    (tmp_path / "class" / "grades.csv").write_text("x")
    make_zip(tmp_path / "class" / "carol.zip", [("udp/open.c", MINE)])
    make_tar(tmp_path / "class" / "dan.tar.gz", [("udp/open.c", MINE)])
    found = find_sources([tmp_path / "class"], PATTERNS)
    assert [source.name for source in found] == ["alice", "bob", "carol", "dan", "empty"]


def test_links_in_the_class_are_followed_only_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "udp").mkdir(parents=True)
    (tmp_path / "elsewhere" / "udp" / "open.c").write_bytes(MINE)
    (tmp_path / "class" / "alice" / "udp").mkdir(parents=True)
    (tmp_path / "class" / "alice" / "udp" / "open.c").write_bytes(MINE)
    targets = {"collected": "../elsewhere", "copy": "alice", "whole": ".", "above": "..", "gone": "x", "loop": "loop"}
    for name, target in targets.items():
        (tmp_path / "class" / name).symlink_to(target)
    faults = {source.name: source.fault for source in find_sources([tmp_path / "class"], PATTERNS)}
    assert {name for name, fault in faults.items() if not fault} == {"alice", "collected"}
    assert {name for name, fault in faults.items() if "leads nowhere" in fault} == {"gone", "loop"}
    assert {name for name, fault in faults.items() if "into the folder" in fault} == {"copy", "whole", "above"}
    (linked,) = (s for s in find_sources([tmp_path / "class"], PATTERNS) if s.name == "copy")
    with pytest.raises(IntakeError, match="copy is a link into the folder of all submissions"):
        take(linked, PATTERNS, tmp_path)


def test_entries_that_cannot_be_read_are_their_own_fault_and_stop_no_class() -> None:
    def experiment() -> dict[str, str]:
        with tempfile.TemporaryDirectory() as name:
            whole = Path(name) / "class"
            for student in ("alice", "bob", "carol", "dan"):
                (whole / student / "udp").mkdir(parents=True)
                (whole / student / "udp" / "open.c").write_bytes(MINE)
            make_zip(whole / "erin.zip", [("udp/open.c", MINE)])
            closed = [whole / "bob", whole / "carol/udp", whole / "dan/udp/open.c", whole / "erin.zip"]
            for path in closed:
                path.chmod(0)
            told = {}
            for source in find_sources([whole], PATTERNS):
                try:
                    with tempfile.TemporaryDirectory() as tree:
                        take(source, PATTERNS, Path(tree))
                    told[source.name] = ""
                except IntakeError as error:
                    told[source.name] = str(error)
            for path in closed:
                path.chmod(0o700)
            return told

    told = as_ordinary_user(experiment)
    assert told.pop("alice") == ""
    assert sorted(told) == ["bob", "carol", "dan", "erin"]
    assert all("its mode forbids it" in fault for fault in told.values()), told


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a" / "work" / "udp").mkdir(parents=True)
    (tmp_path / "b" / "Work" / "udp").mkdir(parents=True)
    make_zip(tmp_path / "work.zip", [("udp/open.c", MINE)])
    found = find_sources([tmp_path / "a" / "work", tmp_path / "b" / "Work", tmp_path / "work.zip"], PATTERNS)
    assert [source.name for source in found] == ["work", "Work (2)", "work (3)"]


def test_a_name_with_a_newline_is_shown_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "a\nb\x1b[2J" / "udp").mkdir(parents=True)
    (found,) = find_sources([tmp_path / "a\nb\x1b[2J"], PATTERNS)
    assert found.name == "a\\nb\\x1b[2J"


@pytest.mark.parametrize("make", ["missing", "empty", "elsewhere", "fifo"])
def test_a_path_without_a_submission_is_one_line(tmp_path: Path, make: str) -> None:
    path = tmp_path / make
    if make in ("empty", "elsewhere"):
        path.mkdir()
    if make == "elsewhere":
        (path / "src").mkdir()
        (path / "src" / "main.c").write_text("int main;")
    if make == "fifo":
        os.mkfifo(path)
    with pytest.raises(IntakeError) as told:
        find_sources([path], PATTERNS)
    assert "\n" not in str(told.value)
