"""Starts the linked bank in the sandbox, natively or under Valgrind, and reads its records.

Theory of operation: a bank writes one JSON line for each test to its own pipe. We read the other end until the last
process of the sandbox has closed the pipe. If a run ends too early, every complete line still counts.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from timeslice.build.builder import Builder, Built
from timeslice.build.workshop import ENVIRONMENT, MEMCHECK, NATIVE, SANITIZE
from timeslice.contract.tables import RunLimits
from timeslice.model import Verdict
from timeslice.run.records import TWIN, ModeRun, Reports, TestRecord, read_line
from timeslice.sandbox import Limits, Patience, Running

LINE_MAX = 8 << 20  # bytes of one record
ENDED_THE_RUN = "it ended the whole run of the bank"  # the detail of a test that did so
SLOWER = {NATIVE: 1, MEMCHECK: 10, SANITIZE: 4}  # how much longer a whole run may take in a mode
SANITIZER_REPORT = "sanitizer"  # the beginning of the name of each report of the sanitizers
_MIB = 1 << 20
# glibc keeps the stack of an ended thread for the next one. The leak check would search each of them, 8 MiB, for
# pointers.
VALGRIND_ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.pthread.stack_cache_size=0"}


def valgrind(objects: Path) -> list[str]:
    """The beginning of a command that runs a bank under memcheck. ``objects``: the folder of the built kit."""
    return ["valgrind", *(objects / "memcheck.args").read_text("utf-8").split()]


@dataclass
class Process:
    """A bank that is running: its run in the sandbox, our end of its pipe, and bytes that are not yet a whole line.

    The executor writes nothing but valid records. So a line that is none comes from the submission: the run then ends,
    and no later line counts."""

    run: ModeRun
    running: Running
    pipe: int
    pending: bytes = b""
    closed: bool = False
    spoiled: bool = False

    def read(self) -> list[TestRecord]:
        """Wait for records and return them. At the end there are none, and ``closed`` is set."""
        got = os.read(self.pipe, 1 << 16)
        records = [] if self.spoiled else self._records(got)
        if not got:
            self.closed = True
            self.run.ended = self.running.wait()
        return records

    def _records(self, got: bytes) -> list[TestRecord]:
        *lines, self.pending = (self.pending + got).split(b"\n")
        records = []
        try:
            if len(self.pending) > LINE_MAX:
                raise ValueError(f"it is longer than {LINE_MAX >> 20} MiB")
            for line in lines:
                record = self._take(line)
                if record:
                    records.append(record)
        except ValueError:
            self.spoiled = True
            self.running.kill()
        return records

    def _take(self, line: bytes) -> TestRecord | None:
        event, record = read_line(line)
        if event == "end":
            self.run.complete = True
        if record and event == TWIN:
            self.run.twins[record.name] = record.verdict
            return None
        if record is None or record.name in self.run.records:
            return None
        self.run.add(record)
        return record


class Bank:
    """The programs of one submission, and what all their runs share."""

    def __init__(
        self, builder: Builder, built: Built, stage: Path, seed: int, patience: Patience | None = None
    ) -> None:
        """``stage``: an empty folder. Each run gets its own folder below it. All runs share the ``patience``."""
        self.patience = patience
        self._builder = builder
        self._built = built
        self._stage = stage
        self._seed = seed
        self._started = 0

    def start(
        self,
        stack: ExitStack,
        run: ModeRun,
        only: Sequence[str],
        lanes: int = 1,
        *,
        twins: int = 0,
        scale: float | None = None,
    ) -> Process:
        """Start the tests ``only`` in the run's mode, ``lanes`` of them at once. ``stack`` ends the run.

        One in ``twins`` tests that passed gets a negative twin. With 0 none does. ``scale``: the watchdog multiplies
        the limit of each test by it, and not by the factor of the mode."""
        self._started += 1
        folder = self._stage / f"{run.mode}-{self._started}"
        folder.mkdir()
        options = ["--lanes", str(lanes), "--twins", str(twins)]
        options += [] if scale is None else ["--timeout-scale", str(scale)]
        pipe, far_end = os.pipe2(os.O_CLOEXEC)
        stack.callback(os.close, pipe)
        try:
            running = stack.enter_context(self._launch(run.mode, folder, far_end, only, options))
        finally:
            os.close(far_end)
        if run.mode != NATIVE:
            run.reports.append(Reports(folder))
        elif run.counters is None:
            run.counters = folder
        return Process(run, running, pipe)

    def _launch(self, mode: str, folder: Path, records: int, only: Sequence[str], options: Sequence[str]) -> Running:
        limits = self._builder.assignment.limits
        program = self._built.banks[mode]
        baseline = self._builder.kit.baseline
        argv = [str(program), "--mode", mode, "--records", str(records), "--seed", str(self._seed)]
        argv += ["--baseline", str(baseline), "--timeout", str(limits.test_seconds)]
        # A file, because Valgrind writes all arguments into the report of every process.
        chosen = self._stage / f"{folder.name}.only"
        chosen.write_text("".join(f"{name}\n" for name in only), "utf-8")
        argv += ["--only-in", str(chosen)]
        objects = self._builder.kit.objects
        suppressions = objects / "memcheck.supp"
        if mode == MEMCHECK:
            tool = [*valgrind(objects), f"--suppressions={suppressions}", f"--xml-file={folder}/%p.xml"]
            argv = [*tool, *argv]
        argv += options
        return self._builder.sandbox.start(
            argv,
            cwd=folder,
            readable=[program, baseline, suppressions, chosen],
            writable=[folder],
            env={
                **ENVIRONMENT,
                **VALGRIND_ENVIRONMENT,
                "TIMESLICE_SEED": str(self._seed),
                **self._counters_go_to(folder),
                **_sanitizers_write_to(folder),
            },
            limits=limits_of(limits, mode),
            stdout=self._stage / f"{folder.name}.out",
            stderr=self._stage / f"{folder.name}.err",
            pass_fds=[records],
            valgrind=mode == MEMCHECK,
            ptrace=mode == SANITIZE,
            patience=self.patience,
        )

    def _counters_go_to(self, folder: Path) -> Mapping[str, str]:
        """Tell libgcov to write its files below ``folder``, not beside the objects."""
        return {"GCOV_PREFIX": str(folder), "GCOV_PREFIX_STRIP": str(len(self._built.notes.parts) - 1)}

    def first_failure(self, run: ModeRun, names: Sequence[str], lanes: int, scale: float | None = None) -> str | None:
        """Run tests in the run's mode until one is not clean, and return its name; None if all are. The rest does not
        run. ``run`` gets the records of those that ran."""
        with ExitStack() as stack:
            process = self.start(stack, run, names, lanes, scale=scale)
            while not process.closed:
                for record in process.read():
                    if not record.clean:
                        return record.name
        return next((name for name in names if name not in run.records), None)

    def alone(self, run: ModeRun, names: Sequence[str]) -> dict[str, TestRecord]:
        """Run some tests again in the run's mode, one after the other. Nothing else of this submission runs meanwhile.

        A test that ends the whole bank has crashed. The tests after it run without it. If the time or the disk is used
        up, the tests that did not run are missing in the result."""
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
                culprit = rest.pop(0)
                told[culprit] = TestRecord.of(culprit, Verdict.CRASHED, ENDED_THE_RUN)
        return told


def _sanitizers_write_to(folder: Path) -> Mapping[str, str]:
    """Tell the sanitizers to write one report for each process, ``sanitizer.PID`` in ``folder``."""
    told = f"log_path={folder}/{SANITIZER_REPORT}"
    return {"ASAN_OPTIONS": told, "LSAN_OPTIONS": told, "UBSAN_OPTIONS": told}


def limits_of(limits: RunLimits, mode: str) -> Limits:
    """The limits of a run in a mode."""
    return Limits(
        wall_seconds=limits.run_seconds * SLOWER[mode],
        cpu_seconds=limits.run_seconds * SLOWER[mode],
        # The tools keep shadow memory for every byte. Memcheck also keeps the code that it has translated.
        memory_bytes=limits.memory_mb * _MIB * (1 if mode == NATIVE else 3),
        processes=limits.processes,
        file_bytes=limits.file_mb * _MIB,
        descriptors=limits.descriptors,
        tmp_bytes=limits.tmp_mb * _MIB,
        address_space=mode != SANITIZE,
    )
