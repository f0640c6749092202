"""A submission holds a worker for a bounded time, which is fair on a busy machine. What was decided before counts."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from in_sandbox import Workbench, python, with_bubblewrap, workbench
from timeslice.build.builder import Builder
from timeslice.grade.context import GradingContext
from timeslice.grade.grading import Grading
from timeslice.grade.memory import ended_runs
from timeslice.intake.sources import Source
from timeslice.model import Outcome, Verdict
from timeslice.run.records import ModeRun, TestRecord
from timeslice.run.start import ENDED_THE_RUN
from timeslice.sandbox import Patience, meter
from timeslice.sandbox.meter import Meter

SPINS = python("while True: pass")
A_SPINNING_THREAD = python("""
    import signal, threading
    def spin():
        while True:
            pass
    threading.Thread(target=spin).start()
    signal.pause()
    """)
CHILDREN_THAT_SPIN = python("""
    import os, signal
    while True:
        if os.fork() == 0:
            for _ in range(1_000_000):
                pass
            os._exit(0)
        os.wait()
    """)


@pytest.fixture(scope="module")
def bench() -> Iterator[Workbench]:
    with workbench(with_bubblewrap()) as made:
        yield made


@pytest.mark.parametrize("argv", [("sleep", "3600"), SPINS, A_SPINNING_THREAD, CHILDREN_THAT_SPIN])
def test_a_run_ends_when_the_patience_is_used_up(bench: Workbench, argv: tuple[str, ...]) -> None:
    patience = Patience(1.0)
    ended = bench.run(*argv, patience=patience)
    assert (ended.impatient, ended.timed_out, ended.signal) == (True, True, signal.SIGKILL)
    assert patience.used >= 1.0


def test_runs_share_their_patience(bench: Workbench) -> None:
    patience = Patience(1.0)
    assert bench.run("sleep", "3600", patience=patience).impatient
    assert bench.run("sleep", "3600", patience=patience).impatient


def test_a_run_without_patience_ends_as_always(bench: Workbench) -> None:
    assert bench.run("true", patience=Patience(1.0)).exit_code == 0


@pytest.mark.parametrize(
    ("states", "processor", "counts"),
    [
        ("SSS", 0.0, True),
        ("DTZ", 0.0, True),
        ("SRS", 0.0, False),  # it waits for a processor: the machine is busy
    ],
)
def test_time_counts_unless_a_process_waits_for_a_processor(
    monkeypatch: pytest.MonkeyPatch, states: str, processor: float, counts: bool
) -> None:
    now = iter([100.0, 130.0])
    monkeypatch.setattr("time.monotonic", lambda: next(now, 130.0))
    monkeypatch.setattr(meter, "_states", lambda _pid: states)
    monkeypatch.setattr(meter, "_processor_time", lambda _pid: processor)
    assert Meter(os.getpid()).read() == (30.0 if counts else 0.0)


def test_processor_time_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([7.0, 9.0, 9.0])
    monkeypatch.setattr(meter, "_states", lambda _pid: "R")
    monkeypatch.setattr(meter, "_processor_time", lambda _pid: next(times))
    monkeypatch.setattr(meter, "_family", lambda first: [first])
    measured = Meter(os.getpid())
    assert [measured.read(), measured.read(), measured.read()] == [7.0, 2.0, 0.0]


def test_what_was_not_decided_in_time_did_not_run_and_the_report_says_why(
    context: GradingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = Builder.build
    monkeypatch.setattr(Builder, "build", lambda self, tree, sources, stage, _: build(self, tree, sources, stage))
    grading = Grading(context, Source("slow", context.kit.reference), 1, patience=0.01)
    chosen = {test.name for test in context.tests if test.clause and test.clause.startswith("UDP-")}
    grading.select(chosen)
    checks = {check.name: check for check in grading.checks()}
    result = grading.result()
    assert result.outcome is Outcome.FAILED
    not_run = [check for check in checks.values() if check.verdict is Verdict.NOT_RUN]
    assert any("--patience" in check.message for check in not_run)
    assert any("What was decided before that counts" in note for note in result.notes)
    memory = [checks[test.name] for test in context.tests if test.clause in context.assignment.memory.values()
              and test.name in checks]  # fmt: skip
    assert {check.verdict for check in memory} <= {Verdict.NOT_RUN}


def test_a_test_that_ends_the_run_under_a_tool_is_a_finding() -> None:
    run = ModeRun("memcheck")
    run.add(TestRecord.of("suite/kills", Verdict.CRASHED, ENDED_THE_RUN))
    run.add(TestRecord.of("suite/crashes", Verdict.CRASHED, "signal 11"))
    (finding,) = ended_runs(run, "valgrind-3.19.0")
    assert finding.tests == ["suite/kills"]
    assert "valgrind-3.19.0" in finding.message
    assert ended_runs(ModeRun("memcheck"), "valgrind-3.19.0") == []


def test_the_compiler_shares_the_patience(context: GradingContext, tmp_path: Path) -> None:
    (tmp_path / "udp").mkdir()
    doubled = "".join(f"#define M{n + 1} M{n} M{n}\n" for n in range(40))
    (tmp_path / "udp" / "send.c").write_text(f"{doubled}#define M0 int x;\nM40\n")
    grading = Grading(context, Source("bomb", tmp_path), 1, patience=1.0)
    for _ in grading.checks():
        pass
    result = grading.result()
    assert result.outcome is Outcome.FAILED
    assert any("the time of this submission" in diagnostic.message for diagnostic in result.build.diagnostics)
