"""Runs the cases of the proof, some at once, with a live bar, and prints one table of what holds and what does not."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from timeslice.errors import KitError
from timeslice.kit import Kit
from timeslice.proof import Case, Prover, cases, repeats


def prove(kit: Kit, repeat: int, only: Sequence[str], console: Console) -> bool:
    """Prove every case, or those whose claim or subject contains one of ``only``; then grade the reference ``repeat``
    times under load. Prints the table; returns whether everything held."""
    chosen = [case for case in cases(kit) if not only or any(word in f"{case.claim} {case.subject}" for word in only)]
    if not chosen and not repeat:
        raise KitError(f"no case of the proof is about {', '.join(only)}: leave --only away to see them all")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Prover(kit) as prover, Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("proving", total=len(chosen) + repeat)

        def attempt(case: Case) -> str:
            try:
                return case.prove(prover)
            except KitError as error:
                return str(error)
            finally:
                progress.advance(task)

        found = [(case, attempt(case)) for case in chosen if case.alone]
        together = [case for case in chosen if not case.alone]
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
            found += zip(together, threads.map(attempt, together), strict=True)
        with load(len(os.sched_getaffinity(0)) if repeat else 0):
            spread = list(repeats(prover, repeat, lambda: progress.advance(task)))
    changed = [f"{test.name}: {', '.join(f'{n} {verdict}' for verdict, n in test.verdicts.items())}" for test in spread]
    _print(found, repeat, changed, console)
    return not changed and not any(answer for _, answer in found)


@contextmanager
def load(processes: int) -> Iterator[None]:
    """Keep so many processes busy with nothing: a verdict that depends on time shows under it."""
    hogs = [multiprocessing.get_context("spawn").Process(target=_burn, daemon=True) for _ in range(processes)]
    for hog in hogs:
        hog.start()
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.join()


def _burn() -> None:
    os.setsid()  # Linux shares the processors out among sessions first: all hogs in one would be the work of one
    while True:
        pass


def _print(found: list[tuple[Case, str]], repeat: int, changed: list[str], console: Console) -> None:
    table = Table(title="What the kit is worth", title_justify="left", box=None, header_style="bold", pad_edge=False)
    table.add_column("what must hold")
    table.add_column("holds", justify="right")
    table.add_column("of", justify="right")
    for claim in dict.fromkeys(case.claim for case, _ in found):
        answers = [answer for case, answer in found if case.claim == claim]
        _row(table, claim, sum(not answer for answer in answers), len(answers))
    if repeat:
        _row(table, f"no verdict changes in {repeat} gradings of the reference under load", int(not changed), 1)
    console.print(table)
    for case, answer in found:
        if answer:
            console.print(f"{case.claim}: {case.subject}: {answer}", markup=False, highlight=False, soft_wrap=True)
    for line in changed:
        console.print(f"under load: {line}", markup=False, highlight=False, soft_wrap=True)


def _row(table: Table, claim: str, holding: int, total: int) -> None:
    table.add_row(claim, f"[{'green' if holding == total else 'red'}]{holding}[/]", str(total))
