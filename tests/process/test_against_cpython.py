"""The reference, compared with CPython's multiprocessing: the same scenarios print the same events in both.

Some scenarios are left out. In some rows of the table in spec/process.md, the rule repairs a fault of CPython: a child
that other code waited for, a living grandchild, whether the parent lives, a join that times out, a sibling that is
terminated. The atexit functions of a forked child differ between versions of CPython.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent / "cpython"
PATIENCE = 60  # after so many seconds a scenario counts as hung; none waits so long
SCENARIOS = {
    "names": 0,
    "family": 0,
    "before_start": 0,
    "exit_codes": 0,
    "join_timeout": 0,
    "start_twice": 0,
    "not_the_maker": 0,
    "daemons": 0,
    "end_of_main": 3,
    "end_without_ceremony": 4,
    "concurrent": 0,
    "children": 0,
    "closing": 0,
    "buffers": 0,
    "isolation": 0,
    "spawned": 0,
    "orphans": 0,
}


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The C program, linked with the reference."""
    program = tmp_path_factory.mktemp("scenarios") / "scenarios"
    sources = [HERE / "scenarios.c", HERE / "events.c", *sorted((ROOT / "reference" / "process").glob("*.c"))]
    flags = ["-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{ROOT / 'spec' / 'include'}"]
    subprocess.run([os.environ.get("CC", "gcc"), *flags, "-o", program, *sources], check=True, timeout=PATIENCE)
    return program


def events(*command: str | Path) -> tuple[int, list[str]]:
    """The exit status of a program, and its lines until the last process has closed its output."""
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.stderr == ""
    return ended.returncode, ended.stdout.splitlines()


@pytest.mark.parametrize("name", SCENARIOS)
def test_both_print_the_same_events(scenarios: Path, name: str) -> None:
    status, lines = events(scenarios, name)
    assert lines, "the scenario says nothing"
    assert (status, lines) == events(sys.executable, HERE / "scenarios.py", name)
    assert status == SCENARIOS[name]
