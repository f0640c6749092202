"""The commands for the makers of the kit; heavy modules are imported late."""

from __future__ import annotations

from pathlib import Path

import click

from timeslice.screen import open_console, say

SOME_ARE_BAD = 1  # exit status


@click.command()
@click.option("--cc", default="gcc", show_default=True, help="Compiler of the submissions: gcc or clang.")
def doctor(cc: str) -> int:
    """Show the machine, the tools, the sandbox's guards and the calibration, and what to do about each bad line.

    Exit status: 0 all is well, 1 something is not, but grading works, 2 grading does not work.
    """
    from timeslice.upkeep.doctor import examine, show

    return show(examine(cc), open_console())


@click.group()
def new() -> None:
    """Make the skeleton of something new."""


@new.command(name="lab")
@click.argument("name")
@click.option("--prefix", help="Of its clauses, 2 to 8 capital letters; by default the beginning of NAME.")
def lab(name: str, prefix: str | None) -> None:
    """Make a lab that is small and whole: chapter, points, header, stub, reference, tests and mutants.

    \b
    timeslice new lab pipes --prefix PIPE
    """
    from timeslice.contract.kit import find_kit
    from timeslice.upkeep.new_lab import new_lab

    for path in new_lab(find_kit(), name, prefix):
        say(str(path))
    say(f"The lab {name} is whole. Run make lint, make grade, and then change it step by step.")


@click.command()
def lint() -> int:
    """Check that every clause has its partners: test, points, hint, known-wrong solution, and anchors in the code."""
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
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the objects.")
@click.option("--cc", default="gcc", show_default=True, help="Compiler of the submission: gcc or clang.")
def objects(submission: Path, out: Path, cc: str) -> int:
    """Build a submission as grade does, and write its objects and the stubs of what it lacks.

    \b
    timeslice objects my-folder --out build/check      what make check links with plain libcriterion

    Exit status: 0 there is something to run, 1 nothing of the submission could be built.
    """
    from timeslice.grade.standalone import write_objects

    return 0 if write_objects(submission, out, cc, say) else SOME_ARE_BAD


@click.command()
@click.option("--repeat", default=0, show_default=True, type=click.IntRange(0), help="Gradings of each under load.")
@click.option("--runs", default=0, type=click.IntRange(0), help="Grade under load until so many test runs were made.")
@click.option("--only", multiple=True, metavar="TEXT", help="Only cases whose claim or subject contains this.")
@click.option("--no-cases", is_flag=True, help="Nothing but the gradings under load.")
def prove(repeat: int, runs: int, only: tuple[str, ...], no_cases: bool) -> int:
    """Prove the kit itself: the reference, the template, alternatives, mutants, hostile code, repeats under load.

    Under load means: the reference and every alternative are graded while three processes a core compute without end.
    One test in one mode is a test run. Ctrl-C ends the gradings under load, and what was seen until then is shown.

    \b
    timeslice prove                         every case once
    timeslice prove --only UDP-RX-003       the mutants of one clause
    timeslice prove --repeat 5              and five gradings of each right solution under load
    timeslice prove --no-cases --runs 10000 nothing but ten thousand test runs under load
    timeslice prove --only pidfd --repeat 3 one alternative: its case, and it alone under load
    """
    from timeslice.contract.kit import find_kit
    from timeslice.upkeep.prove import prove as prove_kit

    kit = find_kit()
    kit.require_built()
    return 0 if prove_kit(kit, repeat, runs, only, open_console(), with_cases=not no_cases) else SOME_ARE_BAD


@click.command()
def bench() -> None:
    """Measure the bank under Valgrind the usual way and ours side by side, and submissions a minute."""
    from timeslice.contract.kit import find_kit
    from timeslice.upkeep.bench import bench as measure

    measure(find_kit(), say)


COMMANDS: tuple[click.Command, ...] = (doctor, new, lint, schema, objects, prove, bench)
