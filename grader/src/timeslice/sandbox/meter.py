"""Measures how much of its patience a submission has used. The measure is fair on a busy machine.

Theory of operation: a worker must not wait long for one submission. But wall-clock time would be unfair: on a busy
machine, an honest submission waits for a processor most of the time. So this counts processor time, and the time in
which all processes of a run sleep. It does not count the time in which one of them waits for a processor.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_SLEEPING = frozenset("SDTtZXI")  # every state of a task but R, which is "running, or ready to run"
_TICKS = os.sysconf("SC_CLK_TCK")
_STATE, _TIMES = 0, slice(11, 15)  # fields of /proc/PID/stat after the name, see proc(5)


@dataclass
class Patience:
    """The seconds that one submission may still use. Its runs share it, also runs at the same time."""

    seconds: float
    used: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, seconds: float) -> None:
        """Count some seconds as used."""
        with self._lock:
            self.used += seconds

    @property
    def over(self) -> bool:
        """Whether it is used up."""
        return self.used >= self.seconds


class Meter:
    """Measures one run, from its first process on."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._processor = 0.0
        self._last = time.monotonic()

    def read(self) -> float:
        """The seconds that the run has used since the last call: processor time, or time in which everything slept."""
        now = time.monotonic()
        passed, self._last = now - self._last, now
        states, processor = "", 0.0
        for pid in _family(self._first):
            states += _states(pid)
            processor += _processor_time(pid)
        used = max(0.0, processor - self._processor)
        self._processor = max(processor, self._processor)
        return max(used, passed if _SLEEPING.issuperset(states) else 0.0)


def _family(first: int) -> list[int]:
    """A process and all of its living descendants."""
    found = [first]
    for pid in found:  # it grows meanwhile
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):
                found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text("ascii").split())
    return found


def _fields(stat: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return stat.read_text("utf-8", "replace").rpartition(")")[2].split()
    return []


def _states(pid: int) -> str:
    """The state of each thread of a process, one letter each."""
    return "".join(fields[_STATE] for fields in map(_fields, _threads(pid)) if fields)


def _threads(pid: int) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from (Path(f"/proc/{pid}/task/{task}/stat") for task in os.listdir(f"/proc/{pid}/task"))


def _processor_time(pid: int) -> float:
    """Seconds of processor time of a process and of its children that have ended."""
    fields = _fields(Path(f"/proc/{pid}/stat"))
    return sum(map(int, fields[_TIMES])) / _TICKS if fields else 0.0
