"""Decides which run of a test counts: a test that fails is run again alone, and most of its runs decide.

Theory of operation: the first run of a test happens beside others, on a machine that may be busy. A test that passed
there has passed. A test that did not pass is run again alone, at most twice: it fails if it fails two times of three.
A test whose runs differ is *unsteady*: the report shows all of its runs.

Under a tool the same rule holds for tests that passed natively. A test that does not pass there costs nothing by that,
so no more than ``TOOL_RERUNS`` of them are run again, and of those that hang there ``HANG_RERUNS``.
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
    """Every run of one test in one mode, in their order."""

    runs: list[TestRecord] = field(default_factory=list)

    @property
    def passed(self) -> int:
        """How many of them passed."""
        return sum(record.verdict is Verdict.PASSED for record in self.runs)

    @property
    def failed(self) -> int:
        """How many of them did not."""
        return len(self.runs) - self.passed

    @property
    def decided(self) -> bool:
        """True where another run could not change the verdict."""
        return max(self.passed, self.failed) > TRIES // 2 or (self.passed > 0 and self.failed == 0)

    @property
    def unsteady(self) -> bool:
        """True where some runs passed and some did not."""
        return self.passed > 0 and self.failed > 0

    @property
    def verdict(self) -> TestRecord:
        """The last run that agrees with most of them."""
        wanted = self.passed > self.failed
        return next(record for record in reversed(self.runs) if (record.verdict is Verdict.PASSED) == wanted)


Stories = dict[str, Story]  # by the test's name: suite/test


def settle(bank: Bank, run: ModeRun, names: Sequence[str]) -> Stories:
    """Run ``names`` again until the verdict of each is decided, and put it into ``run``.

    A test of ``names`` that ``run`` knows nothing of was not run yet. Returns the story of every test that has more
    than one run."""
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
