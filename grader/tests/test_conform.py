"""`timeslice conform`: the lecture's Python programs, a program in Perl, one that is wrong, and mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from defusedxml import ElementTree

from timeslice.contract.kit import find_kit

KIT = find_kit()
TIMESLICE = str(Path(sys.executable).parent / "timeslice")
PROGRAMS = KIT.root / "tests" / "witness" / "programs"
REFERENCE = KIT.root / "build" / "bin"
SECONDS = 600


def conform(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [TIMESLICE, "conform", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


@pytest.mark.parametrize(
    ("lab", "program"),
    [
        (["udp"], [sys.executable, PROGRAMS / "echo.py"]),
        (["udp"], ["perl", PROGRAMS / "echo.pl"]),
        (["process"], [sys.executable, PROGRAMS / "processes.py"]),
        (["udp"], [REFERENCE / "timeslice-udp"]),
        (["udp", "--program", "time"], [REFERENCE / "timeslice-time"]),
        (["process"], [REFERENCE / "timeslice-proc"]),
        (["scheduler"], [REFERENCE / "timeslice-sched"]),
    ],
    ids=lambda words: " ".join(Path(word).name for word in words),
)
def test_a_right_program_keeps_every_clause(lab: list[str], program: list[str | Path]) -> None:
    ended = conform(*lab, "--", *program)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert "broken" not in ended.stdout
    kept, _, total, *_ = ended.stdout.splitlines()[-1].split()
    assert kept == total
    assert int(total) > 10


def test_a_wrong_program_breaks_the_clauses_of_its_mistake(tmp_path: Path) -> None:
    text = (PROGRAMS / "echo.py").read_text()
    assert text.count("range(attempts)") == 1
    wrong = tmp_path / "wrong.py"
    wrong.write_text(text.replace("range(attempts)", "range(1)"))  # it never asks again
    files = tmp_path / "told.json", tmp_path / "told.xml"
    ended = conform("udp", "--json", files[0], "--junit", files[1], "--", sys.executable, wrong)
    assert (ended.returncode, ended.stderr) == (1, "")
    told = json.loads(files[0].read_text())
    broken = [clause["address"] for clause in told["clauses"] if not clause["kept"]]
    assert {"UDP-CLI-002", "UDP-CLI-003"} <= set(broken)
    assert not {"UDP-CLI-001", "UDP-CLI-005", "UDP-CLI-007", "UDP-SRV-002"} & set(broken)
    assert all(line in ended.stdout for line in ("it-gives-up", "UDP-CLI-003"))
    failed = {
        case.get("name") for case in ElementTree.parse(files[1]).iter("testcase") if case.find("failure") is not None
    }
    assert failed == set(broken)
    failures = [scenario["failures"] for scenario in told["scenarios"] if not scenario["kept"]]
    assert {len(tries) for tries in failures} == {3}


def test_only_some_scenarios() -> None:
    ended = conform("udp", "-k", "gives-up", "--", REFERENCE / "timeslice-udp")
    assert ended.returncode == 0
    assert ended.stdout.endswith("1 of 1 clauses kept\n")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nonsense", "--", "true"], "there is no lab 'nonsense'"),
        (["udp", "--program", "sched", "--", "true"], "the lab udp has no program 'sched': choose one of udp, time"),
        (["udp", "-k", "nothing has this name", "--", "true"], "no scenario has"),
        (["udp", "--", "/no/such/program"], "/no/such/program cannot be started"),
        (["udp", "--json", "/no/folder/x", "-k", "gives-up", "--", "true"], "cannot write /no/folder/x"),
        (["udp"], "Missing argument"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments: list[str], complaint: str) -> None:
    ended = conform(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    assert complaint in ended.stderr


def test_every_command_of_every_scenario_is_in_the_specification() -> None:
    text = (KIT.root / "spec" / "conform.md").read_text()
    for word in ("`serve ", "`call ", "`query ", "`clock ", "`children ", "`--policy ", "`--ties "):
        assert word in text
