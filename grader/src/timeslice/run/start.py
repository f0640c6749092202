"""Starts the linked bank in the sandbox, natively or under Valgrind, and reads what it tells.

Theory of operation: a bank writes one JSON line a test to a pipe of its own. Its other end is read here until the last
process of the sandbox has closed it. A run that is cut short keeps every line that was complete.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from timeslice.build.builder import Builder, Built
from timeslice.build.workshop import ENVIRONMENT, MEMCHECK
from timeslice.contract.tables import RunLimits
from timeslice.errors import KitError
from timeslice.model import Verdict
from timeslice.run.records import ModeRun, Reports, TestRecord, read_line
from timeslice.sandbox import Limits, Running

LINE_MAX = 8 << 20  # bytes of one record
SLOWER = 10  # how much longer a whole run may take under memcheck
_MIB = 1 << 20
# A thread's stack that is kept for the next thread is memory in which the leak check looks for pointers, 8 MiB each.
VALGRIND_ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.pthread.stack_cache_size=0"}


def valgrind(objects: Path) -> list[str]:
    """The beginning of a command that runs a bank under memcheck; ``objects``: where the kit was built."""
    return ["valgrind", *(objects / "memcheck.args").read_text("utf-8").split()]


@dataclass
class Process:
    """One bank under way: its run in the sandbox, and our end of its pipe with what was read but not yet a line."""

    run: ModeRun
    running: Running
    pipe: int
    pending: bytes = b""
    closed: bool = False

    def read(self) -> list[TestRecord]:
        """The records that have come, after waiting for some; none, and ``closed``, at the end.

        Raises KitError where the bank tells something that no bank of ours would."""
        got = os.read(self.pipe, 1 << 16)
        *lines, self.pending = (self.pending + got).split(b"\n")
        if len(self.pending) > LINE_MAX:
            raise KitError(f"the bank wrote a record longer than {LINE_MAX >> 20} MiB: run make again")
        records = [record for record in map(self._take, lines) if record]
        if not got:
            self.closed = True
            self.run.ended = self.running.wait()
        return records

    def _take(self, line: bytes) -> TestRecord | None:
        event, record = read_line(line)
        if event == "end":
            self.run.complete = True
        if record is None or record.name in self.run.records:
            return None
        self.run.add(record)
        return record


class Bank:
    """The programs of one submission, with what every run of them has in common."""

    def __init__(self, builder: Builder, built: Built, stage: Path, seed: int) -> None:
        """``stage``: an empty folder below which each run gets a folder of its own."""
        self._builder = builder
        self._built = built
        self._stage = stage
        self._seed = seed
        self._started = 0

    def start(self, stack: ExitStack, run: ModeRun, only: Sequence[str], lanes: int = 1) -> Process:
        """Start the tests ``only`` in the run's mode, ``lanes`` of them at once; ``stack`` ends it."""
        self._started += 1
        folder = self._stage / f"{run.mode}-{self._started}"
        folder.mkdir()
        pipe, far_end = os.pipe2(os.O_CLOEXEC)
        stack.callback(os.close, pipe)
        try:
            running = stack.enter_context(self._launch(run.mode, folder, far_end, only, lanes))
        finally:
            os.close(far_end)
        if run.mode == MEMCHECK:
            run.reports.append(Reports(folder))
        elif run.counters is None:
            run.counters = folder
        return Process(run, running, pipe)

    def _launch(self, mode: str, folder: Path, records: int, only: Sequence[str], lanes: int) -> Running:
        limits = self._builder.assignment.limits
        program = self._built.banks[mode]
        baseline = self._builder.kit.baseline
        argv = [str(program), "--mode", mode, "--records", str(records), "--seed", str(self._seed)]
        argv += ["--baseline", str(baseline), "--timeout", str(limits.test_seconds)]
        argv += [word for name in only for word in ("--only", name)]
        objects = self._builder.kit.objects
        suppressions = objects / "memcheck.supp"
        if mode == MEMCHECK:
            tool = [*valgrind(objects), f"--suppressions={suppressions}", f"--xml-file={folder}/%p.xml"]
            argv = [*tool, *argv, "--lanes", str(lanes)]
        return self._builder.sandbox.start(
            argv,
            cwd=folder,
            readable=[program, baseline, suppressions],
            writable=[folder],
            env={
                **ENVIRONMENT,
                **VALGRIND_ENVIRONMENT,
                "TIMESLICE_SEED": str(self._seed),
                **self._counters_go_to(folder),
            },
            limits=_limits(limits, mode),
            stdout=self._stage / f"{folder.name}.out",
            stderr=self._stage / f"{folder.name}.err",
            pass_fds=[records],
            valgrind=mode == MEMCHECK,
        )

    def _counters_go_to(self, folder: Path) -> Mapping[str, str]:
        """Tell libgcov to write below ``folder`` what it would write beside the objects."""
        return {"GCOV_PREFIX": str(folder), "GCOV_PREFIX_STRIP": str(len(self._built.notes.parts) - 1)}

    def alone(self, run: ModeRun, names: Sequence[str]) -> dict[str, TestRecord]:
        """Run some tests of a run's mode again, one after the other, while nothing else of this submission runs.

        A test that ends the whole bank has crashed, and those behind it are run without it. Where the time or the disk
        is used up, the tests that were not run are missing."""
        told: dict[str, TestRecord] = {}
        rest = list(names)
        while rest:
            again = ModeRun(run.mode, counters=run.counters)
            with ExitStack() as stack:
                process = self.start(stack, again, rest)
                while not process.closed:
                    process.read()
            told.update(again.records)
            run.reports += again.reports
            rest = [name for name in rest if name not in told]
            if again.ended and (again.ended.timed_out or again.ended.disk_full):
                break
            if rest:
                told[rest[0]] = TestRecord.of(rest.pop(0), Verdict.CRASHED, "it ended the whole run of the bank")
        return told


def _limits(limits: RunLimits, mode: str) -> Limits:
    slower = SLOWER if mode == MEMCHECK else 1
    return Limits(
        wall_seconds=limits.run_seconds * slower,
        cpu_seconds=limits.run_seconds * slower,
        # Memcheck keeps a shadow of every byte, and its own translations besides.
        memory_bytes=limits.memory_mb * _MIB * (3 if mode == MEMCHECK else 1),
        processes=limits.processes,
        file_bytes=limits.file_mb * _MIB,
        descriptors=limits.descriptors,
        tmp_bytes=limits.tmp_mb * _MIB,
    )
