"""The fixed list of mutants that CI runs: ``tests/mutants/LAB/machine.txt``, the key of a change on each line.

The list is made of mutants of the reference that died, and only of those that a test killed natively, without a hang.
They are spread over the files of the lab.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.model import Verdict
from timeslice.upkeep.kept import DEAD
from timeslice.upkeep.machine import Change, Fate

NUMBER = 20  # of each lab
_SEED = 1
_RENEW = "renew the list: timeslice mutants --number 300 --list"


def path_of(kit: Kit, lab: str) -> Path:
    """The list of a lab."""
    return kit.root / "tests" / "mutants" / lab / "machine.txt"


def listed(kit: Kit, lab: str, offered: Sequence[Change]) -> list[Change]:
    """The changes of a lab's list. Raises KitError if the solution has changed, so that one no longer applies."""
    by_key = {change.key: change for change in offered}
    keys = path_of(kit, lab).read_text("utf-8").splitlines()
    lost = [key for key in keys if key not in by_key]
    if lost:
        raise KitError(f"{lab}/machine.txt: no such change: {lost[0]}: {_RENEW}")
    return [by_key[key] for key in keys]


def renew(kit: Kit, lab: str, found: Sequence[Fate]) -> Path:
    """Write a new list of mutants that died. Raises KitError if there are too few."""
    by_file: dict[str, list[Change]] = {}
    for fate in found:
        if fate.word == DEAD and fate.how in {Verdict.FAILED, Verdict.CRASHED}:
            by_file.setdefault(fate.change.file, []).append(fate.change)
    dice = random.Random(_SEED)  # noqa: S311 not a secret: the same list every time
    for group in by_file.values():
        dice.shuffle(group)
    chosen: list[Change] = []
    while len(chosen) < NUMBER and any(by_file.values()):
        chosen += [group.pop() for group in by_file.values() if group]
    if len(chosen) < NUMBER:
        raise KitError(f"only {len(chosen)} mutants of {lab} died, and the list needs {NUMBER}: {_RENEW}")
    path = path_of(kit, lab)
    path.write_text("".join(f"{key}\n" for key in sorted(change.key for change in chosen[:NUMBER])), "utf-8")
    return path.relative_to(kit.root)
