"""Runs the cases of the proof, several at once, with a progress bar. Then prints one table of the results."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.upkeep.costs import FEW, REASONS, Cost, summary, without_reason
from timeslice.upkeep.endurance import HOGS_A_CORE, Endurance, endure, hear_all
from timeslice.upkeep.parallel import cores, in_parallel
from timeslice.upkeep.proof import Case, Prover, cases
from timeslice.upkeep.testimonies import Hearings

COSTS = "build/costs.txt"


def prove(
    kit: Kit,
    repeat: int,
    test_runs: int,
    only: Sequence[str],
    console: Console,
    *,
    with_cases: bool = True,
    hearings: int = 0,
) -> bool:
    """Prove every case, or those whose claim or subject contains one of ``only``, or none. Then grade every right
    solution ``repeat`` times under load, and go on until ``test_runs`` test runs are done. Hear the witnesses about
    every right solution ``hearings`` times under load. Prints the table. Returns whether everything holds."""
    offered = cases(kit) if with_cases else []
    chosen = [case for case in offered if not only or any(word in f"{case.claim} {case.subject}" for word in only)]
    if not chosen and not repeat and not test_runs and not hearings:
        if not with_cases:
            raise KitError("there is nothing to do: --no-cases needs --repeat, --runs or --hearings")
        raise KitError(f"no case of the proof contains {', '.join(only)}: run it without --only to see all cases")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Prover(kit) as prover, Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("proving", total=len(chosen))

        def attempt(case: Case) -> str:
            try:
                return case.prove(prover)
            except KitError as error:
                return str(error)

        found: list[tuple[Case, str]] = []
        for case in (case for case in chosen if case.alone):
            found.append((case, attempt(case)))
            progress.advance(task)
        together = [case for case in chosen if not case.alone]
        found += zip(together, in_parallel(attempt, together, lambda: progress.advance(task)), strict=True)
        progress.update(task, description="under load", total=None, completed=0)
        more = repeat or test_runs
        endurance = endure(prover, repeat, test_runs, only, lambda: progress.advance(task)) if more else Endurance()
        heard = hear_all(prover, hearings, only, lambda: progress.advance(task)) if hearings else {}
        _print(found, endurance, heard, console)
        fair = _print_costs(kit, prover.costs, console)
    against = any(one.against for one in heard.values())
    return fair and not endurance.changes and not against and not any(answer for _, answer in found)


def _print_costs(kit: Kit, found: Sequence[Cost], console: Console) -> bool:
    """Print what the mutants cost, and write the cost of each to ``build/costs.txt``.

    Returns whether each high cost has a reviewed reason."""
    if not found:
        return True
    ordered = sorted(found, key=lambda one: (-one.points, one.mutant))
    (kit.root / COSTS).write_text("".join(f"{one.line}\n" for one in ordered), "utf-8")
    high = without_reason(kit, ordered)
    lines = [f"{one.line}: repair the tests, or write the reason to {REASONS}" for one in high]
    lines += [one.line for one in ordered if len(one.others) > FEW and one not in high]
    for line in [*lines, f"{summary(found)} The file {COSTS} has the cost of each."]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return not high


def _print(found: list[tuple[Case, str]], endurance: Endurance, heard: dict[str, Hearings], console: Console) -> None:
    table = Table(title="The kit's own proof", title_justify="left", box=None, header_style="bold", pad_edge=False)
    table.add_column("what must hold")
    table.add_column("holds", justify="right")
    table.add_column("of", justify="right")
    for claim in dict.fromkeys(case.claim for case, _ in found):
        answers = [answer for case, answer in found if case.claim == claim]
        _row(table, claim, sum(not answer for answer in answers), len(answers))
    for solution, gradings in endurance.gradings.items():
        changed = {change for change in endurance.changes if change.solution == solution}
        _row(table, f"under load {solution} has full marks in {gradings} gradings", int(not changed), 1)
    if endurance.unsteady:
        table.add_row(f"{len(endurance.unsteady)} tests were unsteady and saved by a rerun", "", "")
    for solution, one in heard.items():
        claim = f"under load {one.scenarios:,} scenarios of {one.times:,} hearings agree with {solution}"
        _row(table, claim, one.scenarios - len(one.against), one.scenarios)
        if one.saved:
            table.add_row(f"{one.saved} scenarios of {solution} failed at first and were saved by a rerun", "", "")
    console.print(table)
    lines = [f"{case.claim}: {case.subject}: {answer}" for case, answer in found if answer]
    lines += [f"a witness disagrees with {solution}: {line}" for solution, one in heard.items() for line in one.against]
    for line in [*lines, *told(endurance)]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def told(endurance: Endurance) -> list[str]:
    """The results of the gradings under load, one line each. Empty if there was no grading."""
    if not endurance.gradings and not endurance.stopped:
        return []
    hogs, runs = HOGS_A_CORE * cores(), endurance.test_runs
    changes = sum(endurance.changes.values())
    said = f"{changes} results changed" if changes else "no verdict changed"
    lines = [f"{runs:,} test runs under load ({hogs} processes busy on {cores()} cores): {said}"]
    if endurance.stopped:
        lines.append("Ctrl-C stopped them early")
    for change, times in endurance.changes.items():
        of = endurance.gradings[change.solution]
        lines.append(
            f"changed: {change.solution}: {change.check} {change.mode}: {change.got} ({times} of {of} gradings)"
        )
    for (solution, test), times in endurance.unsteady.items():
        of = endurance.gradings[solution]
        lines.append(f"unsteady, saved by a rerun: {solution}: {test} ({times} of {of} gradings)")
    return lines


def _row(table: Table, claim: str, holding: int, total: int) -> None:
    table.add_row(claim, f"[{'green' if holding == total else 'red'}]{holding}[/]", str(total))
