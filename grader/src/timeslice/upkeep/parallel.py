"""Does the work of a proof on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


def cores() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0))


def in_parallel(work: Callable[[_Given], _Made], given: Sequence[_Given], advance: Callable[[], None]) -> list[_Made]:
    """What ``work`` makes of each item, one item on each core at a time. ``advance`` counts the items."""

    def one(item: _Given) -> _Made:
        made = work(item)
        advance()
        return made

    with ThreadPoolExecutor(cores()) as threads:
        return list(threads.map(one, given))
