"""The gradings under load: which results count as changes, and that Ctrl-C keeps the results so far."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import check_samples
import report_samples
from timeslice.model import Memory, Outcome, Result, Verdict
from timeslice.upkeep.endurance import HOGS_A_CORE, Change, Endurance
from timeslice.upkeep.parallel import cores
from timeslice.upkeep.prove import told

PATIENCE = 60  # after so many seconds without a reaction, the program counts as hung


def sample(**changes: object) -> Result:
    """A grading in which three tests passed, with changes."""
    checks = [check.model_copy(update={"verdict": Verdict.PASSED}) for check in check_samples.sample_checks()[:3]]
    clean = Memory(status="clean", tests=5)
    good = report_samples.sample_result(checks=checks, outcome=Outcome.PASSED, memory=clean)
    return good.model_copy(update=changes)


def test_every_test_is_counted_in_each_mode() -> None:
    endurance, result = Endurance(), sample()
    endurance.add("full", result)
    endurance.add("full", result)
    natively = sum(check.name != "build" for check in result.checks)
    assert endurance.test_runs == 2 * (natively + result.memory.tests)
    assert not endurance.changes
    first, *rest = told(endurance)
    hogs, runs = HOGS_A_CORE * cores(), endurance.test_runs
    assert first == f"{runs:,} test runs under load ({hogs} processes busy on {cores()} cores): no verdict changed"
    assert not rest


@pytest.mark.parametrize(
    ("verdict", "mode"),
    [
        (Verdict.FAILED, "natively"),
        (Verdict.TIMED_OUT, "natively"),
        (Verdict.BROKEN, "natively"),
        (Verdict.NOT_RUN, "natively"),
        (Verdict.LEAKED, "under Valgrind"),
        (Verdict.MEMORY_ERROR, "under Valgrind"),
    ],
)
def test_every_other_verdict_is_a_change(verdict: Verdict, mode: str) -> None:
    endurance, result = Endurance(), sample()
    *others, last = result.checks
    endurance.add("full", result)
    endurance.add("full", result.model_copy(update={"checks": [*others, last.model_copy(update={"verdict": verdict})]}))
    assert dict(endurance.changes) == {Change("full", last.name, mode, verdict.value): 1}
    assert f"changed: full: {last.name} {mode}: {verdict.value} (1 of 2 gradings)" in told(endurance)


def test_a_finding_and_a_broken_grading_are_changes() -> None:
    endurance = Endurance()
    endurance.add(
        "full", sample(memory=Memory(status="findings", tests=5, findings=report_samples.sample_findings()[:1]))
    )
    endurance.add("reference", sample(outcome=Outcome.BROKEN, summary="not graded: the disk is full"))
    assert [(change.solution, change.mode) for change in endurance.changes] == [
        ("full", "under Valgrind"),
        ("reference", "broken"),
    ]


def test_a_test_that_a_rerun_saved_is_told_and_no_change() -> None:
    endurance, result = Endurance(), sample()
    *others, last = result.checks
    steadied = last.model_copy(update={"unsteady": True})
    endurance.add("full", result.model_copy(update={"checks": [*others, steadied]}))
    assert not endurance.changes
    assert told(endurance)[1:] == [f"unsteady, saved by a rerun: full: {last.name} (1 of 1 gradings)"]


def hogs_of(pid: int) -> int:
    """The number of a process's children that have their own session."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(os.getsid(int(child)) == int(child) for child in children)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_keeps_what_was_seen(number: signal.Signals) -> None:
    command: list[str | Path] = [Path(sys.executable).parent / "timeslice", "prove", "--no-cases", "--repeat", "1000"]
    ignored: list[str | Path] = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]  # as a script starts a job
    with subprocess.Popen([*ignored, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        give_up = time.monotonic() + PATIENCE
        while hogs_of(process.pid) < HOGS_A_CORE * cores():
            assert process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.1)
        process.send_signal(number)
        said, _ = process.communicate(timeout=PATIENCE)
    assert "test runs under load" in said
    assert "Ctrl-C stopped them early" in said
    assert "Traceback" not in said
    assert process.returncode == 0
