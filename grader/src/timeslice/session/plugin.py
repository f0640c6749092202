"""A pytest plugin whose items are the checks of one submission: ``pytest --submission PATH [--report DIR] [--seed N]``.

Without ``--submission`` the plugin does nothing. With it, the session collects no Python tests. Its items are the
build, each Criterion test of the bank, and the results of Valgrind, gcov and the negative twins. ``-k``, ``-x``,
``--junitxml`` and all other options of pytest work on them. If the student's code fails, the item fails. If the kit
fails, the item has an error.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from timeslice.session.items import GradingSession

PLUGIN = "timeslice-session"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a grading session."""
    group = parser.getgroup("timeslice", "grading a submission")
    group.addoption("--submission", metavar="PATH", help="grade this folder or archive; the tests are its checks")
    group.addoption("--report", metavar="DIR", help="write result.json, junit.xml, coverage.lcov, report.html to DIR")
    group.addoption("--seed", metavar="N", type=int, default=1, help="seed of the random choices (default: 1)")
    group.addoption("--lab", metavar="LAB", action="append", default=[], help="grade only this lab (you can repeat it)")
    group.addoption("--cc", metavar="CC", default="gcc", help="compiler for the submission (default: gcc)")
    group.addoption("--strict-sandbox", action="store_true", help="refuse to grade if a guard of the sandbox is off")


def pytest_configure(config: pytest.Config) -> None:
    """Make this a grading session if the user named a submission and the program has not set up a session."""
    path = config.getoption("--submission")
    if path is None or config.pluginmanager.has_plugin(PLUGIN):
        return
    from timeslice.errors import KitError

    stack = ExitStack()
    try:
        session = _session(stack, config, Path(path))
    except KitError as error:
        stack.close()
        raise pytest.UsageError(str(error)) from error
    config.pluginmanager.register(session, PLUGIN)
    config.add_cleanup(stack.close)


def _session(stack: ExitStack, config: pytest.Config, path: Path) -> GradingSession:
    from timeslice.errors import IntakeError
    from timeslice.grade.context import GradingContext
    from timeslice.grade.grading import Grading
    from timeslice.intake.sources import find_sources
    from timeslice.session.items import GradingSession

    cc, labs, strict = (config.getoption(name) for name in ("--cc", "--lab", "--strict-sandbox"))
    context = stack.enter_context(GradingContext.open(cc, labs, strict=strict))
    sources = find_sources([path], context.builder.assignment.sources)
    if len(sources) != 1:
        raise IntakeError(f"{path} holds {len(sources)} submissions: use timeslice grade for more than one")
    report = config.getoption("--report")
    grading = Grading(context, sources[0], config.getoption("--seed"))
    return GradingSession(context, grading, Path(report) if report else None)
