"""The assignment: it is read with its sentences, and each error in it is one line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from timeslice.contract.assignment import Assignment, read_assignment
from timeslice.contract.bank import bank_tests
from timeslice.contract.kit import Kit, find_kit
from timeslice.errors import KitError


@pytest.fixture
def copy(kit: Kit, tmp_path: Path) -> Kit:
    """A copy of the kit's spec, which a test may change."""
    shutil.copytree(kit.root / "spec", tmp_path / "spec")
    return Kit(tmp_path)


def test_the_kits_own_is_read(assignment: Assignment) -> None:
    clause = assignment.clauses["UDP-RX-003"]
    assert "true length" in clause.sentence.text
    assert clause.sentence.level == "MUST"
    assert clause.sentence.reason
    assert "UDP-RX-004" not in clause.sentence.reason
    assert assignment.memory["UDP-LOSS"] == "UDP-CLI-016"
    assert assignment.memory["PROC-ISO"] == "PROC-START-008"
    assert {clause.rpartition("-")[0] for clause in assignment.clauses} == set(assignment.memory)
    assert assignment.sources[:2] == ("udp/*.c", "udp/*.h")
    assert [lab.id for lab in assignment.labs] == ["udp", "process", "scheduler"]


def test_labs_can_be_chosen(assignment: Assignment) -> None:
    assert [lab.id for lab in assignment.only(["process"]).labs] == ["process"]
    assert assignment.only([]) == assignment
    with pytest.raises(KitError, match="there is no lab 'history': choose one of udp, process, scheduler"):
        assignment.only(["history"])


def test_a_lab_may_use_what_every_lab_may_and_what_it_alone_may(assignment: Assignment) -> None:
    udp, process, scheduler = (assignment.usable(lab) for lab in assignment.labs)
    assert "malloc" in udp & process & scheduler
    assert "execve" in process - udp - scheduler


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "D', "title = D", "not valid TOML"),
        ("points = 1", 'points = "many"', "points: "),
        ("points = 1", "points = 0", "greater than 0"),
        ('id = "UDP-OPEN-002"', 'id = "UDP-OPEN-001"', "UDP-OPEN-001 twice"),
        ('id = "UDP-OPEN-002"', 'id = "UDP-OPEN-777"', "spec/udp.md has no sentence for it"),
        ('id = "UDP-OPEN-002"', 'id = "open2"', "not a clause id"),
        ('RX = "UDP-RX-016"', 'RX = "UDP-RX-999"', "charges UDP-RX-999"),
        ('prefix = "UDP"', 'prefix = "TCP"', "its prefix is TCP"),
        ('prefix = "UDP"', 'prefix = "SCH"', "also has prefix SCH"),
        ("place = 1", "place = 3", "also has place 3"),
    ],
)
def test_a_mistake_in_it_is_one_line(copy: Kit, old: str, new: str, said: str) -> None:
    table = copy.root / "spec" / "udp.toml"
    text = table.read_text()
    assert old in text
    table.write_text(text.replace(old, new, 1))
    with pytest.raises(KitError, match=said) as told:
        read_assignment(copy)
    assert "\n" not in str(told.value)


def test_a_clause_that_stands_twice_in_a_chapter_is_refused(copy: Kit) -> None:
    chapter = copy.root / "spec" / "udp.md"
    chapter.write_text(chapter.read_text() + "\n**UDP-RX-003** MUST: Something else.\n")
    with pytest.raises(KitError, match="UDP-RX-003 is in this chapter twice"):
        read_assignment(copy)


def test_a_heading_inside_an_example_does_not_end_a_reason(copy: Kit) -> None:
    chapter = copy.root / "spec" / "udp.md"
    before, line, after = chapter.read_text().partition("**UDP-RX-003** MUST: ")
    sentence, _, rest = after.partition("\n")
    chapter.write_text(
        f"{before}{line}{sentence}\n\n```\n# no heading\n```\nStill the reason.\n\n# Heading\nNo.\n{rest}"
    )
    reason = read_assignment(copy).clauses["UDP-RX-003"].sentence.reason
    assert reason.endswith("Still the reason.")


def test_the_kit_is_found_by_its_name_or_upwards(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_kit(kit.root / "tests" / "udp").root == kit.root
    with pytest.raises(KitError, match="was not found"):
        find_kit(tmp_path)
    monkeypatch.setenv("TIMESLICE_KIT", str(kit.root))
    assert find_kit(tmp_path).root == kit.root
    monkeypatch.setenv("TIMESLICE_KIT", str(tmp_path))
    with pytest.raises(KitError, match="TIMESLICE_KIT is"):
        find_kit()


def test_a_kit_that_is_not_built_says_so(copy: Kit) -> None:
    with pytest.raises(KitError, match=r"not built: .*run make"):
        bank_tests(copy)
