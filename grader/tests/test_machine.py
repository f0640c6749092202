"""Mutants made by a machine: which changes it makes, and what becomes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from timeslice.contract.kit import Kit
from timeslice.upkeep import machine
from timeslice.upkeep.machine import Change, Machine
from timeslice.upkeep.proof import Prover

BEFORE = "    while (sent < 0 && errno == EINTR);"


def test_a_line_with_a_comment_is_changed_too(tmp_path: Path) -> None:
    (tmp_path / "udp").mkdir()
    (tmp_path / "udp" / "x.c").write_text("/* a\n b */\nint f(int a) { return a + 1; /* UDP-RX-001 */ }\n")
    made = machine.changes(tmp_path, "udp")
    assert {change.line for change in made} == {3}
    assert "x.c: int f(int a) { return a + 1; } => int f(int a) { return a - 1; }" in {change.key for change in made}


def test_a_sample_is_the_same_every_time() -> None:
    offered = [Change("udp", "x.c", line, "a", "b") for line in range(100)]
    assert machine.sample(offered, 5, 1) == machine.sample(offered, 5, 1) != machine.sample(offered, 5, 2)
    assert len(machine.sample(offered, 500, 1)) == len(offered)


@pytest.mark.parametrize(
    ("after", "word"),
    [
        ("    while (sent <= -1 && errno == EINTR);", "equivalent"),
        ("    while (sent < 0 && errno == );", "does not compile"),
        ("    while (sent < 0 && errno != EINTR);", "dead"),
    ],
)
def test_every_mutant_has_its_fate(kit: Kit, after: str, word: str) -> None:
    lines = (kit.reference / "udp" / "send.c").read_text().splitlines()
    number = next(at for at, line in enumerate(lines, start=1) if line.startswith(BEFORE))
    change = Change("udp", "send.c", number, f"{BEFORE}\n", f"{after}\n")
    with Prover(kit) as prover:
        decided = Machine(prover, kit.reference)
        try:
            assert decided.fate(change).word == word
        finally:
            decided.close()
