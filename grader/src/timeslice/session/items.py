"""A grading as a pytest session: each check of a submission is an item that passes or fails.

The set-up of an item waits until its check is decided. So a fault of the kit is an error, and not a failure.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from timeslice.grade.context import GradingContext
    from timeslice.grade.grading import Grading
    from timeslice.model import Check, Result

BUILD, MEMORY, COVERAGE, TWINS = "build", "memory", "coverage", "twins"
KIT_FAILED = 2  # exit status if the kit could not do its work


class GradingSession:
    """The hooks of one session. They collect the checks, and they write the reports at the end."""

    def __init__(
        self,
        context: GradingContext,
        grading: Grading,
        report: Path | None,
        only: Collection[str] = (),
        on_step: Callable[[str, int, int], None] = lambda step, done, total: None,
    ) -> None:
        """``only`` has the checks to make. If it is empty, all checks are made. The session calls ``on_step`` with the
        current step, the number of finished checks, and the number of all checks."""
        self.grading = grading
        self.result: Result | None = None
        self._context = context
        self._report = report
        self._only = only
        self._on_step = on_step
        self._stream: Generator[Check, None, None] | None = None
        self._checks: dict[str, Check] = {}
        self._total = 0

    def pytest_collection(self, session: pytest.Session) -> bool:
        """Collect the checks, not the Python tests of the working directory."""
        folder = SubmissionNode.from_parent(session, name=self.grading.name, nodeid=self.grading.name, session_=self)
        items: list[pytest.Item] = [item for item in folder.collect() if not self._only or item.name in self._only]
        session.items = items
        session.config.hook.pytest_collection_modifyitems(session=session, config=session.config, items=items)
        session.config.hook.pytest_collection_finish(session=session)
        session.testscollected = len(items)
        self._select(items)
        return True

    def _select(self, items: list[pytest.Item]) -> None:
        names = {item.name for item in items}
        tests = {test.name for test in self._context.tests}
        chosen = names & tests or (tests if names & {MEMORY, COVERAGE, TWINS} else set())
        self._total = len(chosen)
        if chosen != tests:
            self.grading.select(chosen)

    def item_names(self) -> Iterator[tuple[str, str, str]]:
        """Name, clause and place of every item."""
        yield BUILD, "", ""
        memory = set(self._context.assignment.memory.values())
        # Tests that wait for Valgrind come last. So pytest reports the others while Valgrind still runs.
        for test in sorted(self._context.tests, key=lambda test: test.clause in memory):
            yield test.name, str(test.clause), f"{test.file}:{test.line}"
        for name in (MEMORY, COVERAGE, TWINS):
            yield name, "", ""

    def check(self, name: str) -> Check:
        """The check of this name, after it is decided. Raises KitError if it never is."""
        from timeslice.errors import KitError

        while name not in self._checks:
            check = self._next()
            if check is None:
                raise KitError(f"the grader made no check for {name}: report this bug")
        return self._checks[name]

    def finish(self) -> None:
        """Make all checks, because some results are complete only at the end."""
        while self._next():
            pass

    def _next(self) -> Check | None:
        if self._stream is None:
            self._on_step(BUILD, 0, self._total)
            self._stream = self.grading.checks()
        check = next(self._stream, None)
        if check:
            self._checks[check.name] = check
            self._on_step("tests", len(self._checks) - 1, self._total)
        return check

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Stop what still runs, keep the result, and write the reports. An interrupted session keeps nothing."""
        from timeslice import report
        from timeslice.errors import KitError
        from timeslice.model import Outcome

        interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
        if self._stream and (interrupted or session.shouldstop or session.shouldfail):
            self._stream.close()
        if interrupted:
            return
        with suppress(KitError):  # the result has the error
            self.finish()
        self.result = self.grading.result()
        if self._report:
            report.write(self.result, self._report)
        if self.result.outcome is Outcome.BROKEN:
            session.exitstatus = KIT_FAILED


class SubmissionNode(pytest.Collector):
    """The submission, whose children are its checks."""

    def __init__(self, *, session_: GradingSession, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._session = session_

    def collect(self) -> Iterator[CheckItem]:
        """One item for each check."""
        for name, clause, place in self._session.item_names():
            yield CheckItem.from_parent(self, name=name, session_=self._session, clause=clause, place=place)


class FailedCheckError(Exception):
    """A failed check. pytest shows its text and no traceback."""


class CheckItem(pytest.Item):
    """One check. Its set-up waits for the check. So a fault of the kit is an error and not a failure."""

    def __init__(self, *, session_: GradingSession, clause: str, place: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._session = session_
        self._place = place
        if clause:
            self.extra_keyword_matches.add(clause)
            self.user_properties.append(("clause", clause))

    def setup(self) -> None:
        """Wait until the check is decided."""
        if self.name in (MEMORY, COVERAGE, TWINS):
            self._session.finish()
        else:
            self._session.check(self.name)

    def runtest(self) -> None:
        """Fail if the check failed."""
        problem = self._problem()
        if problem:
            raise FailedCheckError(problem)

    def _problem(self) -> str:
        grading = self._session.grading
        if self.name == TWINS:
            return "\n".join(grading.suspicions)
        if self.name in (MEMORY, COVERAGE) and not grading.builds:
            return "No test ran, because the submission was not built."
        if self.name == MEMORY:
            return "\n".join(f"{f.file or '?'}:{f.line or '?'}: {f.message}" for f in grading.memory.findings)
        if self.name == COVERAGE:
            return grading.coverage.note if grading.coverage.status == "broken" else ""
        from timeslice.report.failure import failure_text

        return failure_text(self._session.check(self.name))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text for the student. A fault of the student or of the machine never shows a traceback of the grader."""
        from timeslice.errors import KitError
        from timeslice.screen import fit

        if isinstance(excinfo.value, FailedCheckError | KitError):
            return fit(str(excinfo.value), getattr(sys.__stdout__, "encoding", None))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place of the check, as pytest shows it."""
        return self.path, None, f"{self.name} ({self._place})" if self._place else self.name
