"""The command line: ``timeslice grade``, ``explain``, ``lint`` and ``schema``; heavy modules are imported late."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from timeslice import __version__
from timeslice.errors import KitError

if TYPE_CHECKING:
    from rich.console import Console

    from timeslice.assignment import Assignment
    from timeslice.intake import Source
    from timeslice.messages import Order
    from timeslice.model import Result

LOST_POINTS, KIT_FAILED = 1, 2


class OneLineErrors(click.Group):
    """A group of commands whose errors are one line on standard error, and status 2."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program; the only place where an error becomes text and a status."""
        try:
            status = super().main(*args, **{**kwargs, "standalone_mode": False})
            sys.stdout.flush()
        except click.exceptions.Abort:
            _end("interrupted: nothing was kept")
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            sys.exit(KIT_FAILED)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "timeslice"
            _end(f"{error.format_message().rstrip('.')}: see {command} --help")
        except KitError as error:
            _end(str(error))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing more to say to nobody
            sys.exit(KIT_FAILED)
        except OSError as error:
            _end(
                f"{error.strerror or error}{f' ({error.filename})' if error.filename else ''}: mend that and try again"
            )
        sys.exit(status if isinstance(status, int) else 0)


def _end(message: str) -> NoReturn:
    click.echo(f"timeslice: {' '.join(message.split())}", err=True)
    sys.exit(KIT_FAILED)


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="timeslice", message="%(prog)s %(version)s")
def main() -> None:
    """Grade C submissions against a written contract: in a sandbox, under Valgrind, with coverage.

    \b
    timeslice grade my-folder              one submission
    timeslice grade class/ --out grades    a folder of folders, .zip or .tar archives
    timeslice explain UDP-RX-003           what a clause asks, why, and what checks it

    Exit status: 0 full marks, 1 points were lost, 2 the kit could not do its work.
    """


@main.command()
@click.argument("submissions", metavar="SUBMISSION...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", default="report", show_default=True, type=click.Path(path_type=Path), help="Folder for reports.")
@click.option("-j", "jobs", type=click.IntRange(1, 256), help="Submissions graded at once.  [default: cores]")
@click.option(
    "-k", "select", metavar="EXPRESSION", help="Only checks whose suite, test or clause matches, as in pytest."
)
@click.option("--lab", "labs", multiple=True, metavar="LAB", help="Grade this lab alone; may be given more than once.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 2**63 - 1), help="Seed of random choices.")
@click.option("--cc", default="gcc", show_default=True, help="Compiler of the submissions: gcc or clang.")
@click.option("--strict", is_flag=True, help="Refuse to grade if any guard of the sandbox is off.")
def grade(
    submissions: tuple[Path, ...],
    out: Path,
    jobs: int | None,
    select: str | None,
    labs: tuple[str, ...],
    seed: int,
    cc: str,
    strict: bool,
) -> int:
    """Grade folders, .zip or .tar archives, or folders of those.

    \b
    timeslice grade .                                  the submission in this folder
    timeslice grade alice.zip bob.tar.gz               two archives
    timeslice grade class/ --out grades -j 4           a whole class
    timeslice grade class/ --lab udp                   one lab, whatever else was handed in
    timeslice grade my-folder -k udp_recv              one suite
    timeslice grade my-folder -k UDP-RX-003 --seed 7   one clause, with another seed

    Exit status: 0 every submission has full marks, 1 some lost points, 2 the kit could not do its work, was
    interrupted, or could not read a submission; what was graded until then is kept.
    """
    import shutil

    _start_fork_server()
    from timeslice.assignment import read_assignment
    from timeslice.intake import find_sources
    from timeslice.kit import find_kit
    from timeslice.messages import Order

    kit = find_kit()
    whole = read_assignment(kit)
    assignment = whole.only(labs)
    sources = find_sources(submissions, whole.sources)
    kit.require_built()
    if shutil.which(cc) is None:
        raise KitError(f"the compiler {cc!r} is not installed: install it or choose another with --cc")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KitError(f"{out} cannot be made ({error.strerror}): choose another folder with --out") from error
    order = Order(out.resolve(), seed, cc, strict, select, labs)
    return _grade_all(assignment, sources, order, jobs or len(os.sched_getaffinity(0)))


def _start_fork_server() -> None:
    """Let the process that workers are forked from import the grader while this one still reads its arguments."""
    from multiprocessing import forkserver

    from timeslice.messages import PRELOAD

    forkserver.set_forkserver_preload(PRELOAD)
    forkserver.ensure_running()


def _grade_all(assignment: Assignment, sources: list[Source], order: Order, jobs: int) -> int:
    """Grade, and whatever happens keep what was graded and say where it is."""
    from rich.console import Console

    from timeslice.pool import Pool
    from timeslice.progress import GradingProgress

    console = Console()
    results: dict[str, Result] = {}
    problem = ""
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))  # what ends a CI job ends us as Ctrl-C does
    try:
        with GradingProgress(console, len(sources)) as progress, Pool(assignment, order, jobs, progress.tell) as pool:
            for result in pool.grade(sources):
                results[result.submission] = result
                progress.done(result)
    except KitError as error:
        problem = str(error)
    except KeyboardInterrupt:
        problem = "interrupted"
    in_order = [results[source.name] for source in sources if source.name in results]
    problem = _keep(in_order, order, console, problem)
    for result in in_order:
        if result.outcome == "broken":
            click.echo(f"timeslice: {result.submission}: {result.summary}", err=True)
    if problem:
        kept = f"{len(in_order)} of {len(sources)} submissions were graded" if len(sources) > 1 or in_order else ""
        _end(f"{problem}{f'; {kept}' if kept else ''}{f' and are kept in {order.out}' if in_order else ''}")
    if any(result.outcome == "broken" for result in in_order):
        return KIT_FAILED
    return 0 if all(result.outcome == "passed" for result in in_order) else LOST_POINTS


def _keep(results: list[Result], order: Order, console: Console, problem: str) -> str:
    """Write the index and print the table of what was graded; returns what to complain of."""
    from timeslice import report

    if not results:
        return problem
    try:
        report.write_index(results, order.out)
    except KitError as error:
        return problem or str(error)
    report.table(results, console)
    guards = results[0].guards
    off = [f"{guard.name} ({guard.detail})" for guard in guards if not guard.on]
    told = f"; off: {', '.join(off)}" if off else ""
    line = f"Sandbox: {len(guards) - len(off)} of {len(guards)} guards on{told}"
    console.print(line, markup=False, highlight=False, soft_wrap=True)
    page = "index.html" if len(results) > 1 else f"{report.folder_name(results[0].submission)}/report.html"
    console.print(f"Report: {order.out / page}", markup=False, highlight=False, soft_wrap=True)
    return problem


@main.command()
@click.argument("clause")
def explain(clause: str) -> None:
    """Explain a clause: what it asks, why, what it is worth, a hint, and what checks it.

    \b
    timeslice explain UDP-RX-003
    """
    from rich.console import Console

    from timeslice.explain import explain as explain_clause

    explain_clause(clause, Console())


@main.command()
def lint() -> int:
    """Check that every clause has its partners: test, points, hint, known-wrong solution, and anchors in the code."""
    from timeslice.kit import find_kit
    from timeslice.lint import lint as lint_kit

    complaints = lint_kit(find_kit())
    for complaint in complaints:
        click.echo(complaint)
    click.echo(f"lint: {len(complaints)} complaints" if complaints else "lint: every clause has its partners")
    return 1 if complaints else 0


@main.command()
def schema() -> None:
    """Print the JSON Schema of result.json."""
    from timeslice.report.schema import schema_text

    click.echo(schema_text(), nl=False)


@main.command()
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
    from rich.console import Console

    from timeslice.kit import find_kit
    from timeslice.prove import prove as prove_kit

    kit = find_kit()
    kit.require_built()
    return 0 if prove_kit(kit, repeat, runs, only, Console(), with_cases=not no_cases) else LOST_POINTS


@main.command()
def bench() -> None:
    """Measure the bank under Valgrind the usual way and ours side by side, and submissions a minute."""
    from timeslice.bench import bench as measure
    from timeslice.kit import find_kit

    measure(find_kit(), click.echo)
