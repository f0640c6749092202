"""Grades right solutions again and again on a busy machine, and counts every result that is not full marks.

For each processor of the machine, three processes compute without end. We count *test runs*: one test in one mode,
natively or under Valgrind.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from timeslice.errors import KitError
from timeslice.model import Check, Outcome, Result, Verdict
from timeslice.upkeep.parallel import cores
from timeslice.upkeep.proof import Prover, right_solutions
from timeslice.upkeep.testimonies import Hearings, hear

HOGS_A_CORE = 3
NATIVELY = "natively"
UNDER_VALGRIND = "under Valgrind"
_OF_VALGRIND = (Verdict.LEAKED, Verdict.MEMORY_ERROR)


@dataclass(frozen=True)
class Change:
    """One wrong result: its solution, check and mode, and the result that came."""

    solution: str
    check: str
    mode: str
    got: str


@dataclass
class Endurance:
    """The results of all gradings so far."""

    gradings: Counter[str] = field(default_factory=Counter)  # by solution
    test_runs: int = 0
    changes: Counter[Change] = field(default_factory=Counter)
    unsteady: Counter[tuple[str, str]] = field(default_factory=Counter)  # solution and test, saved by a rerun
    stopped: bool = False  # Ctrl-C stopped it before its end

    def add(self, solution: str, result: Result) -> None:
        """Count one grading of ``solution``."""
        tests = [check for check in result.checks if check.name != "build"]
        self.gradings[solution] += 1
        self.test_runs += sum(check.verdict is not Verdict.NOT_RUN for check in tests) + result.memory.tests
        self.changes.update(_changes(solution, result))
        self.unsteady.update((solution, check.name) for check in tests if _was_saved(check))


def _was_saved(check: Check) -> bool:
    return check.verdict is Verdict.PASSED and check.unsteady


def _changes(solution: str, result: Result) -> Iterator[Change]:
    if result.outcome in (Outcome.BROKEN, Outcome.SUSPICIOUS):
        yield Change(solution, "the grading", result.outcome.value, result.summary)
        return
    for check in result.checks:
        if check.verdict is not Verdict.PASSED:
            mode = UNDER_VALGRIND if check.verdict in _OF_VALGRIND else NATIVELY
            yield Change(solution, check.name, mode, check.verdict.value)
    for finding in result.memory.findings:
        yield Change(
            solution, ", ".join(finding.tests) or "no test", UNDER_VALGRIND, f"{finding.kind}: {finding.message}"
        )


def endure(prover: Prover, times: int, test_runs: int, only: Sequence[str], done: Callable[[], None]) -> Endurance:
    """Grade every right solution ``times`` times under load, and go on until ``test_runs`` test runs are done.

    ``only``: words. If a word is in the name of a solution, only such solutions are graded. ``done`` is called after
    each grading. Ctrl-C ends it, and the results so far are returned."""
    endurance = Endurance()
    solutions = right_solutions(prover)
    named = [solution for solution in solutions if any(word in solution.name for word in only)]
    try:
        with load(HOGS_A_CORE * cores()):
            rounds = 0
            while rounds < times or endurance.test_runs < test_runs:
                for solution in named or solutions:
                    _grade(prover, solution.name, solution.folder, solution.clauses, endurance)
                    done()
                rounds += 1
    except KeyboardInterrupt:
        endurance.stopped = True
    return endurance


def hear_all(prover: Prover, times: int, only: Sequence[str], done: Callable[[], None]) -> dict[str, Hearings]:
    """Hear the witnesses about every right solution ``times`` times under load. ``only`` is as for ``endure``."""
    solutions = right_solutions(prover)
    named = [solution for solution in solutions if any(word in solution.name for word in only)]
    with load(HOGS_A_CORE * cores()):
        return {one.name: hear(prover.context(), one.folder, times, done) for one in named or solutions}


def _grade(prover: Prover, name: str, folder: Path, clauses: Sequence[str], endurance: Endurance) -> None:
    try:
        endurance.add(name, prover.grade(folder, clauses=clauses))
    except KitError as error:
        endurance.gradings[name] += 1
        endurance.changes[Change(name, "the grading", Outcome.BROKEN.value, str(error))] += 1


@contextmanager
def load(processes: int) -> Iterator[None]:
    """Run this many busy processes. Under this load, a verdict that depends on time may change."""
    started = multiprocessing.get_context("spawn")
    hogs: list[Any] = []
    try:
        for _ in range(processes):
            hog: Any = started.Process(target=_burn, args=(os.getpid(),), daemon=True)
            hog.start()
            hogs.append(hog)
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.join()


def _burn(owner: int) -> None:
    """Compute as long as ``owner`` lives."""
    os.setsid()  # Linux divides the processors by sessions first: all hogs in one session would count as one
    while os.getppid() == owner:
        for _ in range(1_000_000):
            pass
