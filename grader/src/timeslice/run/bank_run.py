"""Runs the bank over one submission, natively and under the tools at the same time. Yields each record when it comes.

Theory of operation: under Valgrind, several tests run at once (lanes). This is fair if no test takes what the others
need. A test is a *spoiler* if it hung natively, left processes behind, or was killed. When the native run has ended and
there are spoilers, the run under Valgrind starts again without them. So they do not hang a second time, much more
slowly, and the results of the other tests do not depend on chance. If this run does not reach its end either, some test
that failed natively keeps the others from starting, for example by a fork bomb. Then the run starts again without all
tests that failed natively.

The run with the sanitizers begins when the native run has ended. It has only the tests that passed natively: a finding
counts in no other test. So it has no spoilers.

This is the first run of each test. steadiness.py decides whether its verdict counts.
"""

from __future__ import annotations

import selectors
import signal
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack

from timeslice.build.workshop import MEMCHECK, NATIVE, SANITIZE
from timeslice.model import Verdict
from timeslice.run.records import ModeRun, TestRecord
from timeslice.run.start import Bank, Process

TWINS = 8  # one in so many tests that passed natively runs again as its negative twin
LANES = 4  # tests at once under Valgrind: always the same number, so that a grade is always the same


class BankRun:
    """The bank's runs over one submission. Iterate over it once. Then the run of each mode is complete."""

    def __init__(self, bank: Bank, only: Sequence[str], watched: Collection[str]) -> None:
        """``only``: the tests to run. Those of them that are in ``watched`` run under Valgrind too."""
        self.native = ModeRun(NATIVE)
        self.memcheck = ModeRun(MEMCHECK)
        self.sanitize = ModeRun(SANITIZE)
        self._bank = bank
        self.only = list(only)
        self._watched = [name for name in only if name in watched]

    def records(self) -> Iterator[tuple[str, TestRecord]]:
        """Mode and record of each test, when it ends."""
        with ExitStack() as stack, selectors.DefaultSelector() as selector:
            native = self._start(stack, selector, self.native, self.only)
            memcheck, sanitize = None, None
            if self._watched:
                memcheck = self._start(stack, selector, self.memcheck, self._watched)
            while selector.get_map():
                for key, _ in selector.select():
                    yield from ((key.data.run.mode, record) for record in self._read(selector, key.data))
                if native.closed and sanitize is None and self.native.passed:
                    sanitize = self._start(stack, selector, self.sanitize, self.native.passed)
                spoilers = self._spoilers(memcheck) if memcheck and native.closed else set()
                if memcheck and spoilers - self.memcheck.left_out:
                    self._stop(selector, memcheck)
                    self.memcheck.begin_anew(spoilers)
                    rest = [name for name in self._watched if name not in spoilers]
                    if rest:
                        memcheck = self._start(stack, selector, self.memcheck, rest)

    def _start(self, stack: ExitStack, selector: selectors.BaseSelector, run: ModeRun, only: Sequence[str]) -> Process:
        process = self._bank.start(stack, run, only, LANES, twins=TWINS if run.mode == NATIVE else 0)
        selector.register(process.pipe, selectors.EVENT_READ, process)
        return process

    def _spoilers(self, memcheck: Process) -> set[str]:
        """The tests that should not run under Valgrind. Known when the native run has ended."""
        ended = self.memcheck.ended
        if memcheck.closed and not self.memcheck.complete and not (ended and ended.timed_out):
            return {name for name in self._watched if name in self.native.records and not self.native.has_passed(name)}
        return {
            name
            for name, record in self.native.records.items()
            if name in self._watched
            and (record.verdict in (Verdict.TIMED_OUT, Verdict.LEFT_PROCESS) or record.signal == signal.SIGKILL)
        }

    @staticmethod
    def _read(selector: selectors.BaseSelector, process: Process) -> list[TestRecord]:
        records = process.read()
        if process.closed:
            selector.unregister(process.pipe)
        return records

    def _stop(self, selector: selectors.BaseSelector, process: Process) -> None:
        """End a run early and keep nothing of it."""
        process.running.kill()
        while not process.closed:
            self._read(selector, process)
