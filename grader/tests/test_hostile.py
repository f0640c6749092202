"""Every attack in tests/hostile gets the verdict written beside it, and leaves the machine as it was.

An attack is a folder with the sources in which it differs from the reference and an ``expected.toml``:

why       one line: what stops it
outcome   of the whole submission
[checks]  clause = verdict of all its tests; only the tests of these clauses are run, and the tripwires
refused   text in a reason why its object was refused
build     text in what the compiler said when it failed
note      text in a note of the result
shown     text in the output of one of the checks
absent    text that must be in none of the reports
[links]   path = target of each symbolic link to add: not every way of copying a repository keeps links
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from in_sandbox import traces
from timeslice import report
from timeslice.contract.kit import find_kit
from timeslice.grade.grading import Grading, GradingContext
from timeslice.intake.sources import Source
from timeslice.model import Outcome, Result, Verdict

SEED = 1
HOSTILE = Path(__file__).resolve().parents[2] / "tests" / "hostile"
ATTACKS = sorted(path.parent for path in HOSTILE.glob("*/expected.toml"))
# What a terminal or an XML parser would obey or choke on; HTML's are looked for by the tests of the reports.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class Expected(BaseModel):
    """``expected.toml``."""

    model_config = ConfigDict(extra="forbid")

    why: str
    outcome: Outcome
    checks: dict[str, Verdict] = {}
    refused: str = ""
    build: str = ""
    note: str = ""
    shown: str = ""
    absent: str = ""
    links: dict[str, str] = {}


@pytest.fixture(scope="module")
def context() -> Iterator[GradingContext]:
    with GradingContext.open() as opened:
        yield opened


def grade(context: GradingContext, folder: Path, clauses: set[str]) -> Result:
    """Grades a submission by the tests of some clauses."""
    grading = Grading(context, Source(folder.name, folder), SEED)
    if clauses:
        grading.select({test.name for test in context.tests if test.clause in clauses})
    for _ in grading.checks():
        pass
    return grading.result()


def played(context: GradingContext, attack: Path, links: dict[str, str], copy: Path) -> Path:
    """The submission that an attack stands for: the reference's labs, and the attack's files and links over them."""
    for lab in (lab.id for lab in context.assignment.labs if (attack / lab.id).is_dir()):
        shutil.copytree(context.kit.reference / lab, copy / lab)
    shutil.copytree(attack, copy, dirs_exist_ok=True)
    for path, target in links.items():
        (copy / path).unlink(missing_ok=True)
        (copy / path).symlink_to(target)
    return copy


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda path: path.name)
def test_attack_gets_its_verdict(context: GradingContext, attack: Path, tmp_path: Path) -> None:
    expected = Expected.model_validate(tomllib.loads((attack / "expected.toml").read_text()))
    before = traces(context.builder.sandbox)
    result = grade(context, played(context, attack, expected.links, tmp_path / attack.name), set(expected.checks))
    assert traces(context.builder.sandbox) == before
    verdicts = {check.clause: check.verdict for check in result.checks if check.clause in expected.checks}
    assert verdicts == expected.checks, [(c.name, c.verdict, c.message) for c in result.checks]
    assert result.outcome == expected.outcome, result.summary
    assert_told(result, expected)
    report.write(result, tmp_path / "reports")
    for file in (tmp_path / "reports").iterdir():
        text = file.read_text()
        assert not CONTROL.search(text), file.name
        assert not expected.absent or expected.absent not in text, file.name


def assert_told(result: Result, expected: Expected) -> None:
    """Asserts what the attack's author wanted to be said of it, and that it has earned nothing by a lie."""
    built = result.build.status
    assert built == ("refused" if expected.refused else "failed" if expected.build else "built"), result.build
    assert expected.refused in "\n".join(result.build.refusals)
    said = [result.build.output, *(diagnostic.message for diagnostic in result.build.diagnostics)]
    assert expected.build in "\n".join(said)
    assert expected.note in "\n".join(result.notes)
    assert expected.shown in "\n".join(check.output for check in result.checks)
    if expected.outcome is Outcome.PASSED:
        assert result.score.earned == result.score.possible
    else:
        assert result.score.earned == sum(check.points for check in result.checks if check.verdict is Verdict.PASSED)
        assert result.score.earned < result.score.possible


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


def test_no_lie_passes_the_tripwire(context: GradingContext, tmp_path: Path) -> None:
    """Ending well inside the tripwire is an early exit there, and no reason to suspect anybody."""
    folder = played(context, HOSTILE / "exit-0", {}, tmp_path / "exit-0")
    result = grade(context, folder, {"UDP-TX-001"})
    assert result.suspicions == []
    assert result.outcome is Outcome.FAILED
