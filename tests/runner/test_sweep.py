"""Sweeps: the executor lets each call of the submission fail in turn, and no call of the test."""

from __future__ import annotations

from pathlib import Path

import pytest
from executor_builds import SELFTEST, call, compile_submission, link, make_kit, run, valgrind

GATE = [f"faults/{path.name}" for path in sorted((SELFTEST.parents[1] / "support/faults").glob("sweep*.c"))]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of selftest/sweeps.c and the gate, linked with a submission."""
    folder = tmp_path_factory.mktemp("sweep")
    kit = make_kit(folder, ["sweeps.c"], ["-O0"], support=["core/narration.c", *GATE])
    submission = compile_submission(SELFTEST / "submission/swept.c", folder / "swept.o", "-O0")
    call(["objcopy", f"--redefine-syms={kit / 'sweep.names'}", submission])
    return link(kit, folder / "bank", submission)


@pytest.mark.parametrize(
    ("test", "runs"),
    [
        ("memory", 4),
        ("descriptors", 3),
        ("processes", 2),
        ("signals", 2),
        ("blocked_signals", 1),
        ("calls_of_a_child", 2),
        ("calls_of_the_test_itself", 1),
        ("does_not_expect_a_shortage", 1),
    ],
)
def test_a_test_runs_once_for_each_call_of_the_submission(bank: Path, test: str, runs: int) -> None:
    record = run(bank, only=[f"sweeps/{test}"]).records[f"sweeps/{test}"]
    assert record["verdict"] == "passed", record
    assert len(record["pids"]) == runs


def test_the_verdict_names_the_call_that_failed(bank: Path) -> None:
    record = run(bank, only=["sweeps/crash_when_the_second_block_is_missing"]).events[1]
    assert record["verdict"] == "crashed"
    assert record["detail"] == "call 2 of its sweep failed: SIGSEGV before the end of the test"
    assert record["steps"] == ["call 2 of the sweep: calloc fails with ENOMEM, by the kit's doing"]


def test_a_thousand_calls_take_a_hundred_runs(bank: Path) -> None:
    record = run(bank, only=["sweeps/many_calls"]).events[1]
    assert record["verdict"] == "passed"
    assert 64 < len(record["pids"]) < 100


def test_the_assertions_of_the_first_run_count(bank: Path) -> None:
    record = run(bank, only=["sweeps/memory"]).events[1]
    assert record["assertions"] == {"passed": 2, "failed": 0}


def test_a_test_that_does_not_declare_the_shortage_only_has_to_end(bank: Path) -> None:
    names = ["sweeps/does_not_expect_a_shortage", "sweeps/crashes_in_a_shortage"]
    told = run(bank, "--sweep", "memory", only=names)
    assert told.verdicts == {names[0]: "passed", names[1]: "crashed"}
    assert len(told.records[names[0]]["pids"]) == 4


def test_a_sweep_by_its_name_runs_the_tests_that_declare_it(bank: Path) -> None:
    assert set(run(bank, "--sweep", "eintr").verdicts) == {"sweeps/signals", "sweeps/blocked_signals"}
    refused = run(bank, "--sweep", "luck")
    assert refused.status == 2
    assert "unknown sweep 'luck': give eintr, memory, descriptors or processes" in refused.err


def test_under_valgrind_no_call_fails(bank: Path, tmp_path: Path) -> None:
    told = run(bank, tool=valgrind(tmp_path / "xml"), only=["sweeps/memory"])
    assert told.verdicts == {"sweeps/memory": "passed"}
    assert len(told.events[1]["pids"]) == 1
