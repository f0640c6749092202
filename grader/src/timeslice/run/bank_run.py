"""Runs the bank over one submission, natively and under Valgrind at once, and yields what it tells as it comes.

Theory of operation: under Valgrind several tests run at once (lanes), which is fair as long as none of them takes what
the others need. A test that natively hung, left processes behind or was killed is a *spoiler*: when the native run has
ended and there are such tests, the run under Valgrind is begun anew without them. So they do not hang once more, many
times as slowly, and what becomes of the others does not depend on chance. Where that run still does not come to its
end, one of the tests that failed has kept the others from starting (by a bomb of forks, say), and it is begun anew
without all of them.

This is the first run of each test. Whether its verdict counts is decided by steadiness.py.
"""

from __future__ import annotations

import selectors
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from timeslice.build.workshop import MEMCHECK, NATIVE
from timeslice.model import Verdict
from timeslice.run.records import ModeRun, TestRecord
from timeslice.run.start import Bank, Process

LANES = 4  # tests at once under Valgrind: always the same number, so that a grade is, too


class BankRun:
    """The bank's runs over one submission. Iterate over it once; then ``native`` and ``memcheck`` are complete."""

    def __init__(self, bank: Bank, only: Sequence[str]) -> None:
        """``only``: the tests to run."""
        self.native = ModeRun(NATIVE)
        self.memcheck = ModeRun(MEMCHECK)
        self._bank = bank
        self._only = list(only)

    def records(self) -> Iterator[tuple[str, TestRecord]]:
        """Mode and record of each test as it ends.

        Raises KitError where the bank tells something that no bank of ours would."""
        with ExitStack() as stack, selectors.DefaultSelector() as selector:
            native = self._start(stack, selector, self.native, self._only)
            memcheck = self._start(stack, selector, self.memcheck, self._only)
            while not (native.closed and memcheck.closed):
                for key, _ in selector.select():
                    yield from ((key.data.run.mode, record) for record in self._read(selector, key.data))
                spoilers = self._spoilers(memcheck) if native.closed else set()
                if spoilers - self.memcheck.left_out:
                    self._stop(selector, memcheck)
                    self.memcheck.begin_anew(spoilers)
                    rest = [name for name in self._only if name not in spoilers]
                    if rest:
                        memcheck = self._start(stack, selector, self.memcheck, rest)

    def _start(self, stack: ExitStack, selector: selectors.BaseSelector, run: ModeRun, only: Sequence[str]) -> Process:
        process = self._bank.start(stack, run, only, LANES)
        selector.register(process.pipe, selectors.EVENT_READ, process)
        return process

    def _spoilers(self, memcheck: Process) -> set[str]:
        """The tests that are better not run under Valgrind, once the native run has ended."""
        ended = self.memcheck.ended
        if memcheck.closed and not self.memcheck.complete and not (ended and ended.timed_out):
            return {name for name, record in self.native.records.items() if record.verdict is not Verdict.PASSED}
        return {
            name
            for name, record in self.native.records.items()
            if record.verdict in (Verdict.TIMED_OUT, Verdict.LEFT_PROCESS) or record.signal == signal.SIGKILL
        }

    @staticmethod
    def _read(selector: selectors.BaseSelector, process: Process) -> list[TestRecord]:
        records = process.read()
        if process.closed:
            selector.unregister(process.pipe)
        return records

    def _stop(self, selector: selectors.BaseSelector, process: Process) -> None:
        """End a run early; nothing of it is kept."""
        process.running.kill()
        while not process.closed:
            self._read(selector, process)
