"""Runs the linked bank in the sandbox, natively and under Valgrind at once, and yields what it tells as it comes.

Theory of operation: each bank writes one JSON line a test to a pipe of its own, whose other end is read here until
the last process of the sandbox has closed it. A run that is cut short so keeps every line that was complete.

Under Valgrind several tests run at once (lanes), which is fair as long as none of them takes what the others need. A
test that natively hung, left processes behind or was killed is a *spoiler*: when the native run has ended and there are
such tests, the run under Valgrind is begun anew without them. So they do not hang once more, many times as slowly, and
what becomes of the others does not depend on chance. Where that run still does not come to its end, one of the tests
that failed has kept the others from starting (by a bomb of forks, say), and it is begun anew without all of them.
"""

from __future__ import annotations

import os
import selectors
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from timeslice.assignment import RunLimits
from timeslice.build import ENVIRONMENT, MEMCHECK, NATIVE, Builder, Built
from timeslice.errors import KitError
from timeslice.model import Verdict
from timeslice.printable import one_line
from timeslice.sandbox import Ended, Limits, Running

LINE_MAX = 8 << 20  # bytes of one record
SLOWER = 10  # how much longer a whole run may take under memcheck
_MIB = 1 << 20
VALGRIND = [
    "valgrind", "-q", "--sanity-level=0", "--run-libc-freeres=no", "--run-cxx-freeres=no", "--fair-sched=try",
    "--num-callers=40", "--max-stackframe=8388608", "--leak-check=full", "--show-leak-kinds=definite,indirect",
    "--errors-for-leak-kinds=definite", "--error-exitcode=99", "--xml=yes",
    "--vex-guest-chase=no",  # most code here runs once: to follow its jumps costs more in translating than it saves
]  # fmt: skip
# A thread's stack that is kept for the next thread is memory in which the leak check looks for pointers, 8 MiB each.
VALGRIND_ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.pthread.stack_cache_size=0"}
LANES = 4  # tests at once under Valgrind: always the same number, so that a grade is, too


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Assertions(_Told):
    """How many assertions of a test held and how many did not."""

    passed: int = 0
    failed: int = 0


class Message(_Told):
    """One assertion that failed: where it stands and what it said."""

    file: str = ""
    line: int = 0
    text: str = ""


class Descriptor(_Told):
    """A descriptor that was open at a test's end and not at its start, with what /proc says that it is."""

    fd: int
    target: str = ""


class Stray(_Told):
    """A process that outlived the test that started it."""

    pid: int
    name: str = ""


class TestRecord(_Told):
    """What the bank tells of one test; the fields are explained where it writes them, in tests/runner/records.c."""

    __test__ = False  # not one of pytest's

    suite: str
    test: str
    clause: str = ""
    pid: int = 0
    verdict: Verdict
    signal: int = 0
    exit_code: int = 0
    assertions: Assertions = Assertions()
    seconds: float = 0.0
    messages: list[Message] = Field(default_factory=list)
    steps: list[str] = Field(default_factory=list)
    output: str = ""
    descriptors: list[Descriptor] = Field(default_factory=list)
    strays: list[Stray] = Field(default_factory=list)
    memcheck: bool = False
    detail: str = ""

    @property
    def name(self) -> str:
        """``suite/test``."""
        return f"{self.suite}/{self.test}"


@dataclass
class ModeRun:
    """All that is known of the bank's run in one mode."""

    mode: str
    records: dict[str, TestRecord] = field(default_factory=dict)
    xml_folders: list[tuple[Path, dict[int, str]]] = field(default_factory=list)  # with the tests by their pid
    complete: bool = False  # the bank told that it reached its end
    ended: Ended | None = None
    left_out: set[str] = field(default_factory=set)  # not run in this mode: they spoil it for the others

    def begin_anew(self, left_out: set[str]) -> None:
        """Forget what is known, for another run without the tests ``left_out``."""
        self.records.clear()
        self.xml_folders.clear()
        self.complete, self.ended, self.left_out = False, None, left_out


@dataclass
class _Process:
    """One bank under way: its run in the sandbox, and our end of its pipe with what was read but not yet a line."""

    run: ModeRun
    running: Running
    pipe: int
    pending: bytes = b""
    closed: bool = False


class BankRun:
    """The bank's runs over one submission. Iterate over it once; then ``native`` and ``memcheck`` are complete."""

    def __init__(self, builder: Builder, built: Built, stage: Path, only: Sequence[str], seed: int) -> None:
        """``only``: the tests to run; ``stage``: an empty folder below which results go."""
        self.native = ModeRun(NATIVE)
        self.memcheck = ModeRun(MEMCHECK)
        self._builder = builder
        self._built = built
        self._stage = stage
        self._only = list(only)
        self._seed = seed
        self._started = 0

    @property
    def counters(self) -> Path:
        """Where the native run leaves gcov's counters."""
        return self._stage / "counters"

    def records(self) -> Iterator[tuple[str, TestRecord]]:
        """Mode and record of each test as it ends.

        Raises KitError where the bank tells something that no bank of ours would."""
        with ExitStack() as stack, selectors.DefaultSelector() as selector:
            going = {mode: self._start(stack, selector, run, self._only) for mode, run in self._runs().items()}
            while not all(process.closed for process in going.values()):
                for key, _ in selector.select():
                    yield from self._read(selector, key.data)
                memcheck = going[MEMCHECK]
                spoilers = self._spoilers(memcheck) if going[NATIVE].closed else set()
                if spoilers - self.memcheck.left_out:
                    self._stop(selector, memcheck)
                    self.memcheck.begin_anew(spoilers)
                    rest = [name for name in self._only if name not in spoilers]
                    if rest:
                        going[MEMCHECK] = self._start(stack, selector, self.memcheck, rest)

    def _runs(self) -> dict[str, ModeRun]:
        return {NATIVE: self.native, MEMCHECK: self.memcheck}

    def _spoilers(self, memcheck: _Process) -> set[str]:
        """The tests that are better not run under Valgrind, once the native run has ended."""
        ended = self.memcheck.ended
        if memcheck.closed and not self.memcheck.complete and not (ended and ended.timed_out):
            return {name for name, record in self.native.records.items() if record.verdict is not Verdict.PASSED}
        return {
            name
            for name, record in self.native.records.items()
            if record.verdict in (Verdict.TIMED_OUT, Verdict.LEFT_PROCESS) or record.signal == signal.SIGKILL
        }

    def _start(self, stack: ExitStack, selector: selectors.BaseSelector, run: ModeRun, only: Sequence[str]) -> _Process:
        self._started += 1
        folder = self.counters if run.mode == NATIVE else self._stage / f"findings-{self._started}"
        folder.mkdir()
        pipe, far_end = os.pipe2(os.O_CLOEXEC)
        stack.callback(os.close, pipe)
        try:
            running = stack.enter_context(self._launch(run, folder, far_end, only))
        finally:
            os.close(far_end)
        if run.mode == MEMCHECK:
            run.xml_folders.append((folder, {}))
        process = _Process(run, running, pipe)
        selector.register(pipe, selectors.EVENT_READ, process)
        return process

    def _launch(self, run: ModeRun, folder: Path, records: int, only: Sequence[str]) -> Running:
        limits = self._builder.assignment.limits
        bank = self._built.banks[run.mode]
        baseline = self._builder.kit.objects / "baseline"
        suppressions = self._builder.kit.objects / "memcheck.supp"
        argv = [str(bank), "--mode", run.mode, "--records", str(records), "--seed", str(self._seed)]
        argv += ["--baseline", str(baseline), "--timeout", str(limits.test_seconds)]
        argv += [word for name in only for word in ("--only", name)]
        if run.mode == MEMCHECK:
            tool = [*VALGRIND, f"--suppressions={suppressions}", f"--xml-file={folder}/%p.xml"]
            argv = [*tool, *argv, "--lanes", str(LANES)]
        return self._builder.sandbox.start(
            argv,
            cwd=folder,
            readable=[bank, baseline, suppressions],
            writable=[folder],
            env={
                **ENVIRONMENT,
                **VALGRIND_ENVIRONMENT,
                "TIMESLICE_SEED": str(self._seed),
                **self._counters_go_to(folder),
            },
            limits=_limits(limits, run.mode),
            stdout=self._stage / f"{run.mode}-{self._started}.out",
            stderr=self._stage / f"{run.mode}-{self._started}.err",
            pass_fds=[records],
            valgrind=run.mode == MEMCHECK,
        )

    def _counters_go_to(self, folder: Path) -> Mapping[str, str]:
        """Tell libgcov to write below ``folder`` what it would write beside the objects."""
        return {"GCOV_PREFIX": str(folder), "GCOV_PREFIX_STRIP": str(len(self._built.notes.parts) - 1)}

    def _read(self, selector: selectors.BaseSelector, process: _Process) -> Iterator[tuple[str, TestRecord]]:
        got = os.read(process.pipe, 1 << 16)
        *lines, process.pending = (process.pending + got).split(b"\n")
        if len(process.pending) > LINE_MAX:
            raise KitError(f"the bank wrote a record longer than {LINE_MAX >> 20} MiB: run make again")
        for line in lines:
            record = self._record(process.run, line)
            if record:
                yield process.run.mode, record
        if not got:
            selector.unregister(process.pipe)
            process.closed = True
            process.run.ended = process.running.wait()

    def _stop(self, selector: selectors.BaseSelector, process: _Process) -> None:
        """End a run early; nothing of it is kept."""
        process.running.kill()
        while not process.closed:
            for _ in self._read(selector, process):
                pass

    def _record(self, run: ModeRun, line: bytes) -> TestRecord | None:
        try:
            event = _Event.model_validate_json(line)
            record = TestRecord.model_validate_json(line) if event.event == "test" else None
        except ValidationError as error:
            shown = one_line(line.decode("utf-8", "replace"))
            raise KitError(f"the bank wrote a record that makes no sense ({shown}): run make again") from error
        if event.event == "end":
            run.complete = True
        if record is None or record.name in run.records:
            return None
        run.records[record.name] = record
        if run.xml_folders:
            run.xml_folders[-1][1][record.pid] = record.name
        return record


class _Event(_Told):
    event: str


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
