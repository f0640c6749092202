"""Shows what became of the mutants that a machine made, and writes down those that no test notices."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from timeslice.contract.kit import Kit
from timeslice.upkeep.kept import ALIVE, DEAD
from timeslice.upkeep.machine import BROKEN, DUPLICATE, EQUIVALENT, Change, Fate
from timeslice.upkeep.mutants import reviewed

MUST_DIE = 0.99  # of the mutants that are not equivalent
REASONS = "equivalent.toml"  # in tests/mutants/LAB: the reasons, by the keys of the changes


def show(kit: Kit, title: str, found: Sequence[Fate], console: Console) -> bool:
    """Print what lives, and the figures. Returns whether enough of the mutants died, and every reason is true."""
    reasons = {key for key, reason in reviewed(kit, REASONS).items() if reason.strip()}
    alive = [fate.change for fate in found if fate.word == ALIVE and fate.change.key not in reasons]
    wrong = [fate.change for fate in found if fate.word == DEAD and fate.change.key in reasons]
    for change in alive:
        console.print(f"lives: {change.lab}/{change.file}:{change.line}", markup=False, highlight=False)
        for sign, text in (("-", change.before), ("+", change.after)):
            console.print(f"  {sign} {' '.join(text.split())}", markup=False, highlight=False)
    for change in wrong:
        told = f"dies, but {REASONS} has a reason why it lives: {change.lab}: {change.key}"
        console.print(told, markup=False, highlight=False, soft_wrap=True)
    count = Counter(fate.word for fate in found)
    judged = count[DEAD] + len(alive)
    rate = count[DEAD] / judged if judged else 1.0
    console.print(
        f"{title}: {len(found)} mutants: {count[BROKEN]} do not compile, {count[EQUIVALENT]} have the same code, "
        f"{count[DUPLICATE]} are duplicates, {count[ALIVE] - len(alive)} live with a reason. "
        f"Of the other {judged}, {count[DEAD]} died ({rate:.1%}).",
        soft_wrap=True,
    )
    if alive:
        path = _write(kit, title, alive)
        console.print(f"{path} lists those that live. Write a test, or copy the line to {REASONS} with a reason.")
    return rate >= MUST_DIE and not wrong


def _write(kit: Kit, title: str, alive: Sequence[Change]) -> Path:
    """Write the mutants that live to a file with the form of the file of reasons."""
    path = kit.root / "build" / "mutants" / f"{title}-survivors.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f'# line {change.line}\n{json.dumps(change.key, ensure_ascii=False)} = ""\n' for change in alive]
    path.write_text("".join(lines), "utf-8")
    return path.relative_to(kit.root)
