"""Measures how long a student waits, and how many submissions a machine grades. All ratios come from one run.

*The usual way* is the same bank with plain libcriterion: each test is a new process under
``valgrind --trace-children=yes``. *Ours* is the executor: one Valgrind, which forks a process for each test.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from timeslice.build.builder import Builder
from timeslice.build.workshop import MEMCHECK, NATIVE
from timeslice.contract.bank import bank_tests
from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.grade.context import GradingContext
from timeslice.grade.grading import Grading
from timeslice.intake.sources import Source
from timeslice.run.bank_run import LANES
from timeslice.run.start import VALGRIND_ENVIRONMENT, valgrind
from timeslice.sandbox import Limits
from timeslice.session.messages import GradingOptions
from timeslice.session.pool import Pool

_ROUNDS = 5
_CLASS = 8  # submissions in the class that measures the throughput
_SECONDS = 1800
_USUAL = [
    "valgrind", "--quiet", "--trace-children=yes", "--leak-check=full",
    # Processes that the process lab spawns run natively in ours too. Under Valgrind they would wait for each other.
    "--trace-children-skip-by-arg=--timeslice-spawn",
]  # fmt: skip


def bench(kit: Kit, say: Callable[[str], None]) -> None:
    """Measure everything, and say each line as soon as it is known. Raises KitError if a program cannot run."""
    with GradingContext.open() as context:
        parts = (
            _scheduler(kit),
            _usual_and_ours(kit),
            _one_submission(context),
            _sandbox_share(context),
            _throughput(kit, context),
        )
        for line in chain.from_iterable(parts):  # says each line before the next measurement
            say(line)


def _scheduler(kit: Kit) -> Iterator[str]:
    """Time and memory of the reference's scheduler from a thousand jobs to a million."""
    program = kit.root / "build" / "bench" / "schedule"
    try:
        yield from subprocess.run(
            [program], capture_output=True, text=True, timeout=_SECONDS, check=True
        ).stdout.splitlines()
    except (OSError, subprocess.SubprocessError) as error:
        raise KitError(f"{program} cannot be run ({error}): run make bench") from error


def _timed(command: Sequence[str], **environment: str) -> float:
    """The seconds of one command, which must succeed."""
    started = time.monotonic()
    ended = subprocess.run(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=_SECONDS
    )
    if ended.returncode != 0:
        told = " ".join(ended.stderr.decode("utf-8", "replace").split())[-200:]
        raise KitError(f"{command[0]} ended with status {ended.returncode} ({told}): run make and try again")
    return time.monotonic() - started


def _usual_and_ours(kit: Kit) -> Iterator[str]:
    """The bank with the reference under Valgrind, both ways. Ours runs before and after, so that noise affects both."""
    usual, bank = kit.root / "build" / "bench" / "usual", kit.objects / "reference"
    if not usual.is_file():
        raise KitError(f"{usual} is missing: run make bench")
    count = len(bank_tests(kit))

    def ours() -> float:
        with tempfile.TemporaryDirectory(prefix="timeslice-bench-") as folder:
            xml, records = f"--xml-file={folder}/%p.xml", ["--records", "1", "--lanes", str(LANES)]
            return _timed(
                [*valgrind(kit.objects), xml, str(bank), "--mode", MEMCHECK, *records], **VALGRIND_ENVIRONMENT
            )

    before = [ours() for _ in range(_ROUNDS)]
    with tempfile.TemporaryDirectory(prefix="timeslice-bench-") as folder:
        slow = _timed([*_USUAL, f"--log-file={folder}/%p", str(usual), "--always-succeed"])
    fast = statistics.median([*before, *(ours() for _ in range(_ROUNDS))])
    yield f"the bank, {count} tests, under Valgrind"
    yield f"  the usual way     {slow:8.2f} s  {slow / count * 1000:7.1f} ms a test"
    yield f"  ours              {fast:8.2f} s  {fast / count * 1000:7.1f} ms a test (median of {2 * _ROUNDS})"
    yield f"usual way / ours: {slow / fast:.1f}"


def _one_submission(context: GradingContext) -> Iterator[str]:
    """One full grading, compared with its minimum: the build, one start of Valgrind, and the tests' own time."""
    reference = Source("reference", context.kit.reference)
    totals: list[dict[str, float]] = []
    for _ in range(_ROUNDS):
        grading = Grading(context, reference, 1)
        for _check in grading.checks():
            pass
        totals.append(grading.result().seconds)
    median = {step: statistics.median(seconds[step] for seconds in totals) for step in totals[0]}
    nothing = [*valgrind(context.kit.objects), "--xml-file=/dev/null", "/bin/true"]
    start = statistics.median(_timed(nothing) for _ in range(_ROUNDS))
    native = statistics.median(_timed([str(context.kit.objects / "reference")]) for _ in range(_ROUNDS))
    floor = median["build"] + start + native
    yield "one submission, from its folder to its result"
    yield "  " + ", ".join(f"{step} {seconds:.2f} s" for step, seconds in median.items())
    yield f"  floor {floor:.2f} s (build, one start of Valgrind {start:.2f} s, the tests natively {native:.2f} s)"
    yield f"  total / floor: {median['total'] / floor:.2f}"


def _sandbox_share(context: GradingContext) -> Iterator[str]:
    """The time of one start of a sandbox. A submission needs at most six."""
    took = [_start_sandbox(context.builder) for _ in range(_ROUNDS * 2)]
    yield f"one start of the sandbox: {statistics.median(took) * 1000:.1f} ms; a submission needs six"


def _start_sandbox(builder: Builder) -> float:
    limits = Limits(30, 30, 1 << 30, 64, 1 << 20, 64, 1 << 20)
    with builder.sandbox.stage as stage:
        started = time.monotonic()
        with builder.sandbox.start(
            ["/bin/true"],
            cwd=stage,
            readable=[stage],
            writable=[],
            env={},
            limits=limits,
            stdout=stage / "out",
            stderr=stage / "err",
        ) as running:
            running.wait()
        return time.monotonic() - started


def _throughput(kit: Kit, context: GradingContext) -> Iterator[str]:
    """A class of copies of the reference, graded by one worker, and by one worker for each core."""
    cores = len(os.sched_getaffinity(0))
    for jobs in sorted({1, cores}):
        with tempfile.TemporaryDirectory(prefix="timeslice-bench-") as out:
            sources = [Source(f"reference-{number}", kit.reference) for number in range(_CLASS)]
            options = GradingOptions(Path(out), 1, context.builder.cc, False, None)
            started = time.monotonic()
            with Pool(context.assignment, options, jobs, lambda *_told: None) as pool:
                results = list(pool.grade(sources))
            minutes = (time.monotonic() - started) / 60
        passed = sum(result.outcome == "passed" for result in results)
        yield f"a class of {_CLASS}, -j{jobs}: {_CLASS / minutes:.0f} submissions a minute ({passed} with full marks)"
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    yield f"the largest process: {peak / 1024:.0f} MiB ({NATIVE} and {MEMCHECK} runs included)"
