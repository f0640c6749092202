"""A worker process. It opens the context once. Then it grades each submission in its own pytest session."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from multiprocessing.connection import Connection
from types import FrameType

import pytest

from timeslice import report
from timeslice.errors import DiskFullError, KitError
from timeslice.grade.context import GradingContext
from timeslice.grade.grading import Grading
from timeslice.intake.sources import Source
from timeslice.model import Outcome
from timeslice.session.items import GradingSession
from timeslice.session.messages import Done, FromWorker, GradingOptions, Ready, Refused, Step

_PYTEST = ["-c", os.devnull, "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:doctest", "-p", "no:unittest",
           "-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "no:faulthandler"]  # fmt: skip


def work(connection: Connection, options: GradingOptions) -> None:
    """Grade each submission that comes over ``connection``, until None comes or the connection closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes of the group; only the parent reacts
    signal.signal(signal.SIGTERM, _leave)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        _serve(connection, options)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    except KeyboardInterrupt:
        sys.exit(1)


def _serve(connection: Connection, options: GradingOptions) -> None:
    try:
        with GradingContext.open(options.cc, options.labs, strict=options.strict) as context:
            connection.send(Ready())
            for source in iter(connection.recv, None):
                connection.send(_grade(connection, context, options, source))
    except KitError as error:
        connection.send(Refused(str(error)))
    except (EOFError, BrokenPipeError):
        return  # the parent has gone


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """Leave every ``with``. So no sandbox still runs, and no staging folder is left."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt  # pytest would report any other exception as a failure of the current item


def _grade(connection: Connection, context: GradingContext, options: GradingOptions, source: Source) -> FromWorker:
    grading = Grading(context, source, options.seed, options.program, options.patience)
    folder = options.out / report.folder_name(source.name) if options.out else None
    session = GradingSession(context, grading, folder, options.tests, lambda *step: connection.send(Step(*step)))
    arguments = [*_PYTEST, f"--rootdir={context.kit.root}", *(["-k", options.select] if options.select else [])]
    try:
        with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.redirect_stdout(said):
            status = pytest.main(arguments, plugins=[session])
    except DiskFullError as error:
        return Refused(str(error))
    if status == pytest.ExitCode.INTERRUPTED and session.result is None:
        raise KeyboardInterrupt
    if status == pytest.ExitCode.USAGE_ERROR:
        return Refused(f"-k {options.select!r}: {_first_line(said.getvalue())}: correct the expression")
    if status == pytest.ExitCode.NO_TESTS_COLLECTED:
        return Refused(f"-k {options.select!r} selects no check: use a suite, a test or a clause, such as UDP-RX-003")
    if session.result is None:
        return Refused(f"pytest ended with status {int(status)} ({_first_line(said.getvalue())}): report this bug")
    if isinstance(grading.error, DiskFullError):
        return Refused(str(grading.error))
    broken = session.result.outcome is Outcome.BROKEN
    return Done(session.result.model_dump_json(), again=broken)


def _first_line(text: str) -> str:
    lines = [line.removeprefix("ERROR: ") for line in text.splitlines() if line.strip()]
    return lines[0] if lines else "no reason given"
