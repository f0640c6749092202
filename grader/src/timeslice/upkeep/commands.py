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
@click.argument("solutions", type=click.Path(path_type=Path, exists=True, file_okay=False), nargs=-1)
@click.option("--lab", "labs", multiple=True, metavar="LAB", help="Only mutants of this lab.")
@click.option(
    "--number", default=100, show_default=True, type=click.IntRange(0), help="How many mutants of each lab; 0 is all."
)
@click.option("--seed", default=1, show_default=True, help="Another seed draws other mutants.")
@click.option("--again", is_flag=True, help="Run mutants again that died in an earlier run.")
@click.option("--natively", is_flag=True, help="No sanitizers, no Valgrind: a quick look at what lives.")
@click.option("--list", "renew", is_flag=True, help="Write the lists of mutants for CI again.")
def mutants(
    solutions: tuple[Path, ...],
    labs: tuple[str, ...],
    number: int,
    seed: int,
    *,
    again: bool,
    natively: bool,
    renew: bool,
) -> int:
    """Make mutants by machine, and show those that no test notices.

    A mutant changes one line of a right solution at random. SOLUTIONS is the reference, if you give none. The command
    keeps its results in build/mutants/. So you can stop it, and it goes on later. After you have added tests, it runs
    only the mutants that lived.

    \b
    timeslice mutants                                         100 mutants of each lab of the reference
    timeslice mutants tests/alternatives/tick-by-tick         100 mutants of an alternative
    timeslice mutants --lab udp --number 0                    every mutant of one lab
    timeslice mutants --number 300 --list                     new lists in tests/mutants/LAB/machine.txt

    Exit status: 0 nearly all died, 1 too many live.
    """
    from timeslice.contract.kit import find_kit
    from timeslice.upkeep.mutate import Wanted, mutate
    from timeslice.upkeep.proof import Prover

    kit = find_kit()
    kit.require_built()
    wanted = Wanted(labs or kit.labs, number, seed, again=again, renew=renew, tools=not natively)
    folders = [solution.resolve() for solution in solutions] or [kit.reference]
    with Prover(kit) as prover:
        return 0 if mutate(prover, folders, wanted, open_console()) else SOME_ARE_BAD


@click.command()
def bench() -> None:
    """Measure the time of the bank under Valgrind, the usual way and our way, and the submissions per minute."""
    from timeslice.contract.kit import find_kit
    from timeslice.upkeep.bench import bench as measure

    measure(find_kit(), say)


COMMANDS: tuple[click.Command, ...] = (doctor, new, lint, schema, objects, prove, mutants, bench)
