"""Shows the progress of a class: a live bar on a terminal, and elsewhere one plain line for each submission."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from timeslice.model import Outcome, Result
from timeslice.report.class_summary import points
from timeslice.session.messages import Step

_SHOWN = 4  # current submissions that the bar names


class GradingProgress:
    """The current submissions, how many are done, how many of these fail, and the time left."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._done = 0
        self._failing = 0
        self._under_way: dict[str, str] = {}
        self._bar = Progress(
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failing]} failing"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[now]}"),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=total, failing=0, now="")
        self._live: Live | None = self._bar.live if console.is_terminal and not console.is_dumb_terminal else None

    def __enter__(self) -> GradingProgress:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def on_step(self, submission: str, step: Step) -> None:
        """A submission reached another step."""
        self._under_way[submission] = f"{step.done}/{step.total}" if step.step == "tests" else step.step
        names = [f"{escape(name)} {done}" for name, done in list(self._under_way.items())[:_SHOWN]]
        self._bar.update(self._task, now=", ".join(names))

    def done(self, result: Result) -> None:
        """The grading of a submission has ended."""
        self._under_way.pop(result.submission, None)
        self._done += 1
        self._failing += result.outcome is not Outcome.PASSED
        self._bar.update(self._task, completed=self._done, failing=self._failing)
        if self._live is None:
            line = f"[{self._done}/{self._total}] {result.submission}: {points(result)}, {result.summary}"
            with suppress(OSError):  # grading continues; the end of the command reports a full device
                self._console.print(line, markup=False, highlight=False, soft_wrap=True)
