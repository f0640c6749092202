"""Decides which run of a test counts: a test that fails runs again, alone, and the majority of its runs decides.

Theory of operation: the first run of a test happens beside other tests, on a machine that may be busy. A test that
passes there has passed. A test that does not pass runs again, alone, at most twice. It fails if it fails two times of
three. If its runs differ, the test is *unsteady*, and the report shows all of its runs.

The same rule holds under a tool, for tests that passed natively. A test that does not pass under the tool loses no
points by that. So at most ``TOOL_RERUNS`` of these tests run again, and at most ``HANG_RERUNS`` tests that hang there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from timeslice.model import Verdict
from timeslice.run.records import ModeRun, TestRecord
from timeslice.run.start import Bank

TRIES = 3
TOOL_RERUNS = 24
HANG_RERUNS = 2


@dataclass
class Story:
    """All runs of one test in one mode, in order."""

    runs: list[TestRecord] = field(default_factory=list)

    @property
    def passed(self) -> int:
        """How many runs passed."""
        return sum(record.verdict is Verdict.PASSED for record in self.runs)

    @property
    def failed(self) -> int:
        """How many runs did not pass."""
        return len(self.runs) - self.passed

    @property
    def decided(self) -> bool:
        """True if another run cannot change the verdict."""
        return max(self.passed, self.failed) > TRIES // 2 or (self.passed > 0 and self.failed == 0)

    @property
    def unsteady(self) -> bool:
        """True if some runs passed and some did not."""
        return self.passed > 0 and self.failed > 0

    @property
    def verdict(self) -> TestRecord:
        """The last run that agrees with the majority."""
        wanted = self.passed > self.failed
        return next(record for record in reversed(self.runs) if (record.verdict is Verdict.PASSED) == wanted)


Stories = dict[str, Story]  # by the test's name: suite/test


def settle(bank: Bank, run: ModeRun, names: Sequence[str]) -> Stories:
    """Run ``names`` again until each verdict is decided, and put the verdicts into ``run``.

    A test of ``names`` that ``run`` does not know has not run yet. Returns the story of every test with more than one
    run."""
    stories = {name: Story([run.records[name]] if name in run.records else []) for name in names}
    for _ in range(TRIES):
        unsettled = [name for name, story in stories.items() if not story.decided]
        told = bank.alone(run, unsettled) if unsettled else {}
        if not told:
            break
        for name, record in told.items():
            stories[name].runs.append(record)
    for name, story in stories.items():
        if story.runs:
            run.records[name] = story.verdict
    return {name: story for name, story in stories.items() if len(story.runs) > 1}
