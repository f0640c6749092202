"""The attacks in tests/hostile get the verdict in their expected.toml, and leave the machine unchanged.

These tests play every third attack. ``make prove`` plays all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from timeslice.contract.kit import find_kit
from timeslice.grade.context import GradingContext
from timeslice.model import Outcome
from timeslice.upkeep.attacks import CONTROL, attacks, grade, surprises

KIT = find_kit()
HOSTILE = KIT.root / "tests" / "hostile"
ATTACKS = attacks(KIT)
PLAYED = ATTACKS[::3]


@pytest.mark.parametrize("attack", PLAYED, ids=lambda path: path.name)
def test_attack_gets_its_verdict(context: GradingContext, attack: Path) -> None:
    assert surprises(context, attack) == []


def test_every_attack_is_in_the_threat_model() -> None:
    text = (find_kit().root / "spec" / "threat-model.md").read_text()
    assert [attack.name for attack in ATTACKS if f"`{attack.name}`" not in text] == []


def test_every_folder_says_what_to_expect() -> None:
    assert sorted(path for path in HOSTILE.iterdir() if path.is_dir()) == ATTACKS
    assert len(ATTACKS) > 40


def reference_source(context: GradingContext, name: str) -> str:
    return (context.kit.reference / "udp" / name).read_text()


def test_file_name_with_a_newline_is_ignored(context: GradingContext, tmp_path: Path) -> None:
    (tmp_path / "udp").mkdir()
    (tmp_path / "udp" / "send.c").write_text(reference_source(context, "send.c"))
    (tmp_path / "udp" / "two\nlines\x1b[2J.c").write_text("#error never compiled\n")
    result = grade(context, tmp_path, {"UDP-TX-001"})
    assert result.outcome is Outcome.PASSED
    assert not CONTROL.search(result.model_dump_json())
    assert all("\n" not in note and "\x1b" not in note for note in result.notes)
    assert any("lines" in note for note in result.notes)


def test_very_long_line_is_only_long(context: GradingContext, tmp_path: Path) -> None:
    (tmp_path / "udp").mkdir()
    long = "/* " + "x" * 900_000 + ' */ static const char text[] = "' + "y" * 60_000 + '";\n'
    used = "const char *udp_text(void);\nconst char *udp_text(void) { return text; }\n"
    (tmp_path / "udp" / "send.c").write_text(long + used + reference_source(context, "send.c"))
    result = grade(context, tmp_path, {"UDP-TX-001"})
    assert result.outcome is Outcome.PASSED
