"""Shows how far a class has come: a live bar on a terminal, a plain line a submission anywhere else."""

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

_SHOWN = 4  # submissions under way that are named in the bar


class GradingProgress:
    """What is being graded, how many are done, how many of them fail, and the time left."""

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
        """A submission has come one step further."""
        self._under_way[submission] = f"{step.done}/{step.total}" if step.step == "tests" else step.step
        names = [f"{escape(name)} {done}" for name, done in list(self._under_way.items())[:_SHOWN]]
        self._bar.update(self._task, now=", ".join(names))

    def done(self, result: Result) -> None:
        """A submission is through."""
        self._under_way.pop(result.submission, None)
        self._done += 1
        self._failing += result.outcome is not Outcome.PASSED
        self._bar.update(self._task, completed=self._done, failing=self._failing)
        if self._live is None:
            line = f"[{self._done}/{self._total}] {result.submission}: {points(result)}, {result.summary}"
            with suppress(OSError):  # a full device is told of in the end; until then grading goes on
                self._console.print(line, markup=False, highlight=False, soft_wrap=True)
