"""Runs one of our readers on hostile data in a process of its own, with limits of processor time and memory.

Theory of operation: the code that reads an archive, an object or a report is ours, so it does not run in the sandbox.
Its cost should be linear. If it is not, the kernel ends the process at its limits, and the grader goes on. The process
is a fork of the grader, because the readers share its modules and data. It only computes. Then it writes its answer to
a pipe, and ends without any cleaning up. The processor time that it used is time of the submission.
"""

from __future__ import annotations

import math
import os
import pickle
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

from timeslice.sandbox.meter import Patience

SECONDS = 20  # of processor time
MEBIBYTES = 1024
_SECONDS_AT_LEAST = 2  # if the patience is nearly used up
_Read = TypeVar("_Read")


class ReaderStoppedError(Exception):
    """A reader did not come to its end. The text says which limit it reached."""


def apart(read: Callable[[], _Read], patience: Patience | None = None) -> _Read:
    """What ``read`` returns in a process of its own. Its exceptions come through.

    :param read: a function whose result and exceptions can be pickled
    :param patience: what the reader uses is spent from it; the reader may use what is left, but 20 seconds at most
    :raises ReaderStoppedError: it used up its time or memory
    """
    left = max(_SECONDS_AT_LEAST, patience.seconds - patience.used) if patience else SECONDS
    seconds = math.ceil(min(SECONDS, left))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(writing, read, seconds)
    os.close(writing)
    try:
        with open(reading, "rb") as pipe:
            told = pipe.read()
    finally:
        os.kill(child, signal.SIGKILL)
        _, _, usage = os.wait4(child, 0)
    used = usage.ru_utime + usage.ru_stime
    try:
        answer, error = pickle.loads(told)  # noqa: S301 - our own code wrote it
    except (EOFError, pickle.UnpicklingError):
        used = max(used, seconds)  # the kernel counts in ticks, and may have stopped it a little early
        limits = f"{seconds} seconds of processor time or {MEBIBYTES:,} MiB of memory"
        raise ReaderStoppedError(f"reading it takes more than {limits}") from None
    finally:
        if patience:
            patience.spend(used)
    if error:
        raise error
    return answer  # type: ignore[no-any-return]


def _answer(writing: int, read: Callable[[], object], seconds: int) -> NoReturn:
    """The whole life of the process."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        most = _address_space() + (MEBIBYTES << 20)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        with open(writing, "wb") as pipe:
            pipe.write(pickle.dumps(_result_of(read)))
    finally:
        os._exit(0)


def _result_of(read: Callable[[], object]) -> tuple[object, Exception | None]:
    try:
        return read(), None
    except MemoryError:
        raise
    except Exception as error:  # the caller raises it
        return None, error


def _address_space() -> int:
    """The bytes of address space that this process has."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
