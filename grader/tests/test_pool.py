"""The pool: it reuses workers. If a worker dies twice on one submission, only this submission has no grade."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

import timeslice.grade.grading
from conftest import SMALL_CLAUSE, MakeSubmission
from timeslice.build.builder import Builder, Built
from timeslice.contract.assignment import Assignment
from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.grade.context import GradingContext
from timeslice.grade.grading import Grading
from timeslice.intake.sources import Source
from timeslice.model import Outcome, Verdict
from timeslice.sandbox import Patience
from timeslice.session.messages import GradingOptions, Step
from timeslice.session.pool import Pool


def options(out: Path, select: str = SMALL_CLAUSE, strict: bool = False, cc: str = "gcc") -> GradingOptions:
    """Quick options."""
    return GradingOptions(out, 1, cc, strict, select)


def test_workers_are_reused_and_every_submission_is_graded(
    kit: Kit, small: Path, make_submission: MakeSubmission, assignment: Assignment, tmp_path: Path
) -> None:
    stubs = make_submission("stubs", {"udp/address.c": (kit.template / "udp" / "address.c").read_text()})
    sources = [Source("good", small), Source("stubs", stubs)]
    steps: list[tuple[str, Step]] = []
    with Pool(assignment, options(tmp_path), 1, lambda name, step: steps.append((name, step))) as pool:
        pids = {worker.process.pid for worker in pool._workers}
        results = {}
        for result in pool.grade(sources):
            results[result.submission] = result
            pids |= {worker.process.pid for worker in pool._workers}
    assert [results[s.name].outcome for s in sources] == [Outcome.PASSED, Outcome.FAILED]
    assert len(pids) == 1
    assert {name for name, _ in steps} == {"good", "stubs"}
    assert steps[-1][1].done == steps[-1][1].total


@pytest.mark.parametrize(("deaths", "outcome"), [(1, Outcome.PASSED), (2, Outcome.BROKEN)])
def test_a_worker_that_dies_is_replaced_and_its_submission_tried_once_more(
    small: Path, assignment: Assignment, tmp_path: Path, deaths: int, outcome: Outcome
) -> None:
    killed: set[int | None] = set()  # the last messages of a dead worker still arrive

    def kill(name: str, _step: Step) -> None:
        (worker,) = [w for w in pool._workers if w.job and w.job.source.name == name]
        pid = worker.process.pid
        if name == "unlucky" and pid and pid not in killed and len(killed) < deaths:
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)

    sources = [Source("unlucky", small), Source("lucky", small)]
    with Pool(assignment, options(tmp_path), 2, kill) as pool:
        results = {result.submission: result for result in pool.grade(sources)}
    assert len(killed) == deaths
    assert results["unlucky"].outcome is outcome
    assert results["lucky"].outcome is Outcome.PASSED
    assert results["unlucky"].score.earned == (results["lucky"].score.earned if outcome is Outcome.PASSED else 0)
    assert (tmp_path / "unlucky" / "result.json").is_file()


def test_what_no_submission_could_survive_ends_the_whole(small: Path, assignment: Assignment, tmp_path: Path) -> None:
    sources = [Source("one", small), Source("two", small)]
    with (
        Pool(assignment, options(tmp_path, select="nothing_is_called_so"), 2, lambda *_: None) as pool,
        pytest.raises(KitError, match="selects no check"),
    ):
        list(pool.grade(sources))


def test_a_compiler_that_is_not_there_ends_the_whole(small: Path, assignment: Assignment, tmp_path: Path) -> None:
    with (
        Pool(assignment, options(tmp_path, cc="/nosuch/cc"), 1, lambda *_: None) as pool,
        pytest.raises(KitError, match="'/nosuch/cc' is not installed"),
    ):
        list(pool.grade([Source("one", small)]))


def test_a_fault_of_the_graders_own_is_never_a_grade(context: GradingContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeslice.grade.grading, "take_apart", lambda *_: 1 // 0)
    grading = Grading(context, Source("one", context.kit.reference), 1)
    with pytest.raises(KitError, match="ZeroDivisionError"):
        list(grading.checks())
    result = grading.result()
    possible = sum(clause.points for clause in context.assignment.clauses.values())
    assert (result.outcome, result.score.earned, result.score.possible) == (Outcome.BROKEN, 0, possible)
    assert "report this bug" in result.summary


@pytest.mark.parametrize(
    "said",
    [
        "exit 3",
        "kill -9 $$",
        "head -c 9000000 /dev/zero | tr '\\0' x >/proc/self/fd/$4",
        "echo '{no record}' >/proc/self/fd/$4",
    ],
)
def test_a_run_that_ends_early_is_the_submissions_doing_if_the_reference_comes_to_its_end(
    context: GradingContext, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    build = Builder.build

    def build_short(self: Builder, tree: Path, sources: list[str], stage: Path, patience: Patience | None) -> Built:
        built = build(self, tree, sources, stage, patience)
        for bank in built.banks.values():  # reports one test, and then nothing more
            real = bank.rename(bank.with_name("real"))
            told = '{"event":"test","suite":"udp_resolve","test":"turns_ipv4_text_into_an_address","verdict":"passed"}'
            bank.write_text(f"#!/bin/sh\necho '{told}' >/proc/self/fd/$4\n{said}\n")
            bank.chmod(0o755)
            assert real.is_file()
        return built

    monkeypatch.setattr(Builder, "build", build_short)
    grading = Grading(context, Source("one", context.kit.reference), 1)
    grading.select({test.name for test in context.tests if test.clause == "UDP-TX-001"})
    checks = [check for check in grading.checks() if check.name != "build"]
    assert {check.verdict for check in checks} == {Verdict.CRASHED}
    assert all("it ended the whole run of the bank" in check.message for check in checks)
    assert (grading.result().outcome, grading.result().score.earned) == (Outcome.FAILED, 0)
