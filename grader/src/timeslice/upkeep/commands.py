"""The commands for people who work on the kit. Each command imports heavy modules only when it runs."""

from __future__ import annotations

from pathlib import Path

import click

from timeslice.screen import open_console, say

SOME_ARE_BAD = 1  # exit status


@click.command()
@click.option("--cc", default="gcc", show_default=True, help="Compiler for the submissions: gcc or clang.")
def doctor(cc: str) -> int:
    """Show the state of this machine, and what to do about each problem.

    The command checks the tools, the guards of the sandbox, and the calibration.

    Exit status: 0 everything is good, 1 there is a problem but grading works, 2 grading does not work.
    """
    from timeslice.upkeep.doctor import examine, show

    return show(examine(cc), open_console())


@click.group()
def new() -> None:
    """Make a new lab."""


@new.command(name="lab")
@click.argument("name")
@click.option("--prefix", help="Prefix of the clauses: 2 to 8 capital letters.  [default: the start of NAME]")
def lab(name: str, prefix: str | None) -> None:
    """Make a small, complete lab: chapter, points, header, stub, reference, tests and mutants.

    \b
    timeslice new lab pipes --prefix PIPE
    """
    from timeslice.contract.kit import find_kit
    from timeslice.upkeep.new_lab import new_lab

    for path in new_lab(find_kit(), name, prefix):
        say(str(path))
    say(f"The lab {name} is complete. Run make lint and make grade. Then change it step by step.")


@click.command()
def lint() -> int:
    """Check that every clause has its partners: test, points, hint, mutant, and anchors in the code."""
    from timeslice.contract.kit import find_kit
    from timeslice.upkeep.lint import lint as lint_kit

    complaints = lint_kit(find_kit())
    for complaint in complaints:
        say(complaint)
    say(f"lint: {len(complaints)} complaints" if complaints else "lint: every clause has its partners")
    return 1 if complaints else 0


@click.command()
def schema() -> None:
    """Print the JSON Schema of result.json."""
    from timeslice.report.schema import schema_text

    say(schema_text().removesuffix("\n"))


@click.command()
@click.argument("submission", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the object files.")
@click.option("--cc", default="gcc", show_default=True, help="Compiler for the submission: gcc or clang.")
def objects(submission: Path, out: Path, cc: str) -> int:
    """Build a submission as grade does, and keep the object files.

    If the submission lacks a function, the folder also gets the stub of this function.

    \b
    timeslice objects my-folder --out build/check      make check links these with plain libcriterion

    Exit status: 0 there is something to run, 1 no file of the submission could be built.
    """
    from timeslice.grade.standalone import write_objects

    return 0 if write_objects(submission, out, cc, say) else SOME_ARE_BAD


@click.command()
@click.option(
    "--repeat",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Grade each right solution so many times under load.",
)
@click.option("--runs", default=0, type=click.IntRange(0), help="Grade under load until so many tests have run.")
@click.option(
    "--hearings", default=0, type=click.IntRange(0), help="Hear the witnesses about each right solution under load."
)
@click.option("--only", multiple=True, metavar="TEXT", help="Only cases whose claim or subject contains TEXT.")
@click.option("--no-cases", is_flag=True, help="Only the gradings and hearings under load.")
def prove(repeat: int, runs: int, hearings: int, only: tuple[str, ...], no_cases: bool) -> int:
    """Check the kit itself: the reference, the template, alternatives, mutants, attacks, and gradings under load.

    A grading under load grades the reference and every alternative on a busy machine. Three processes for each core
    compute all the time. One test in one mode counts as one run. Ctrl-C ends the gradings under load. The command
    then shows what it has seen.

    \b
    timeslice prove                         every case once
    timeslice prove --only UDP-RX-003       the mutants of one clause
    timeslice prove --repeat 5              every case, then five gradings of each right solution under load
    timeslice prove --no-cases --runs 10000 only ten thousand runs of tests under load
    timeslice prove --no-cases --hearings 1000   every scenario of every witness a thousand times under load
    timeslice prove --only pidfd --repeat 3 one alternative: its case, then three gradings under load
    """
    from timeslice.contract.kit import find_kit
    from timeslice.upkeep.prove import prove as prove_kit

    kit = find_kit()
    kit.require_built()
    holds = prove_kit(kit, repeat, runs, only, open_console(), with_cases=not no_cases, hearings=hearings)
    return 0 if holds else SOME_ARE_BAD


@click.command()
@click.option("--only", multiple=True, metavar="TEXT", help="Only mutants whose name contains TEXT.")
def costs(only: tuple[str, ...]) -> int:
    """Measure what each mutant costs. One mistake should cost its own clause, and little more.

    All tests of its lab run natively on each mutant. This takes about two seconds for each.

    Exit status: 0 each high cost has its reason, 1 the cost of a mutant needs a look.
    """
    from rich.progress import Progress

    from timeslice.contract.kit import find_kit
    from timeslice.upkeep.costs import costs as measure
    from timeslice.upkeep.costs import show
    from timeslice.upkeep.proof import Prover

    kit, console = find_kit(), open_console()
    kit.require_built()
    with Prover(kit) as prover, Progress(console=console, transient=True) as progress:
        task = progress.add_task("mutants", total=None)
        found = measure(prover, only, lambda: progress.advance(task))
    return 0 if show(kit, found, console) else SOME_ARE_BAD


@click.command()
@click.argument("solution", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
@click.option("--lab", "labs", multiple=True, metavar="LAB", help="Only mutants of this lab.")
@click.option("--number", default=100, show_default=True, type=click.IntRange(1), help="How many mutants of each lab.")
@click.option("--seed", default=1, show_default=True, help="Another seed draws other mutants.")
def mutants(solution: Path | None, labs: tuple[str, ...], number: int, seed: int) -> int:
    """Make mutants by machine, and show those that no test notices.

    A mutant changes one line of a right solution at random. SOLUTION is the reference, if you do not give another.

    \b
    timeslice mutants                                         100 mutants of each lab of the reference
    timeslice mutants tests/alternatives/tick-by-tick         100 mutants of an alternative
    timeslice mutants --lab udp --number 1000 --seed 7

    Exit status: 0 nearly all died, 1 too many live.
    """
    from rich.progress import Progress

    from timeslice.contract.kit import find_kit
    from timeslice.upkeep import machine
    from timeslice.upkeep.proof import Prover

    kit, console = find_kit(), open_console()
    kit.require_built()
    folder = (solution or kit.reference).resolve()
    chosen = [lab for lab in labs or kit.labs if (folder / lab).is_dir()]
    drawn = [change for lab in chosen for change in machine.sample(machine.changes(folder, lab), number, seed)]
    with Prover(kit) as prover, Progress(console=console, transient=True) as progress:
        task = progress.add_task("mutants", total=len(drawn))
        found = machine.fates(prover, folder, drawn, lambda: progress.advance(task))
    return 0 if machine.show(kit, folder, found, console) else SOME_ARE_BAD


@click.command()
def bench() -> None:
    """Measure the time of the bank under Valgrind, the usual way and our way, and the submissions per minute."""
    from timeslice.contract.kit import find_kit
    from timeslice.upkeep.bench import bench as measure

    measure(find_kit(), say)


COMMANDS: tuple[click.Command, ...] = (doctor, new, lint, schema, objects, prove, costs, mutants, bench)
