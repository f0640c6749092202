"""The command line: ``timeslice`` with all of its commands.

``grade``, ``calibrate``, ``explain``, ``list`` and ``spec`` are here. The other commands are in
``upkeep/commands.py``. Each command imports heavy modules only when it runs.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from timeslice import __version__
from timeslice.errors import KitError
from timeslice.screen import complain, give_up_output, open_console, prepare_streams, say
from timeslice.upkeep.commands import COMMANDS
from timeslice.witness.command import conform

if TYPE_CHECKING:
    from rich.console import Console

    from timeslice.contract.assignment import Assignment
    from timeslice.contract.kit import Kit
    from timeslice.grade.calibration import Calibration
    from timeslice.intake.sources import Source
    from timeslice.model import Result
    from timeslice.session.messages import GradingOptions

LOST_POINTS, KIT_FAILED = 1, 2


class OneLineErrors(click.Group):
    """A group of commands. Each error is one line on standard error, with exit status 2."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program. Only here does an error become a line of text and an exit status."""
        prepare_streams()
        _hear_signals()
        try:
            status = super().main(*args, **{**kwargs, "standalone_mode": False})
            sys.stdout.flush()
        except click.exceptions.Abort:
            _end("interrupted: no result was kept, so start the command again")
        except click.exceptions.NoArgsIsHelpError as error:
            complain(error.format_message())
            sys.exit(KIT_FAILED)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "timeslice"
            _end(f"{error.format_message().rstrip('.')}: see {command} --help")
        except KitError as error:
            _end(str(error))
        except BrokenPipeError:
            give_up_output()  # the reader of the output has gone
            sys.exit(KIT_FAILED)
        except OSError as error:
            give_up_output()
            place = f" ({error.filename})" if error.filename else ""
            _end(f"{error.strerror or error}{place}: repair this and try again")
        sys.exit(status if isinstance(status, int) else 0)


def _hear_signals() -> None:
    """SIGINT and SIGTERM both end the program as Ctrl-C does, even if the shell of a script ignored SIGINT."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def _end(message: str) -> NoReturn:
    complain(f"timeslice: {' '.join(message.split())}")
    sys.exit(KIT_FAILED)


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="timeslice", message="%(prog)s %(version)s")
def main() -> None:
    """Grade C submissions against a written contract, in a sandbox, with Valgrind, sanitizers and line coverage.

    \b
    timeslice grade my-folder              one submission
    timeslice grade class/ --out grades    a whole class: a folder of submissions
    timeslice explain UDP-RX-003           what a clause asks, why, and which tests check it
    timeslice conform udp -- ./my-program  which clauses any program keeps, in any language

    Exit status: 0 full marks, 1 points were lost, 2 the kit could not do its work.
    """


@main.command()
@click.argument("submissions", metavar="SUBMISSION...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the reports.  [default: report; with -k or --test: no report, because the grade is not full]",
)
@click.option(
    "-j", "jobs", type=click.IntRange(1, 256), help="Submissions to grade at once.  [default: number of cores]"
)
@click.option(
    "-k",
    "select",
    metavar="EXPRESSION",
    help="Only checks whose suite, test or clause matches EXPRESSION, as in pytest.",
)
@click.option(
    "--test",
    "tests",
    multiple=True,
    metavar="SUITE/TEST",
    help="Only this test, or only the check named build. You can give --test more than once.",
)
@click.option(
    "--one", is_flag=True, help="Each SUBMISSION is one submission, even if it looks like a folder of several."
)
@click.option("--lab", "labs", multiple=True, metavar="LAB", help="Only this lab. You can give --lab more than once.")
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0, 2**63 - 1), help="Seed of the random choices."
)
@click.option("--cc", default="gcc", show_default=True, help="Compiler for the submissions: gcc or clang.")
@click.option(
    "--patience",
    metavar="SECONDS",
    type=click.IntRange(1, 86_400),
    help="Seconds that one submission may use, without the time in which it waits for a processor.  "
    "[default: 120, or three times what the reference uses on this machine, if that is more]",
)
@click.option("--strict", is_flag=True, help="Refuse to grade if any guard of the sandbox is off.")
def grade(
    submissions: tuple[Path, ...],
    out: Path | None,
    jobs: int | None,
    select: str | None,
    tests: tuple[str, ...],
    one: bool,
    labs: tuple[str, ...],
    seed: int,
    cc: str,
    patience: int | None,
    strict: bool,
) -> int:
    """Grade submissions. A submission is a folder, a .zip or a .tar archive. You can also give a folder of submissions.

    \b
    timeslice grade .                                  the submission in this folder
    timeslice grade alice.zip bob.tar.gz               two archives
    timeslice grade class/ --out grades -j 4           a whole class
    timeslice grade class/ --lab udp                   a whole class, one lab only
    timeslice grade my-folder -k udp_recv              one suite
    timeslice grade my-folder -k UDP-RX-003 --seed 7   one clause, with another seed
    timeslice grade my-folder --test udp_recv/times_out    one test

    Exit status: 0 every submission has full marks, 1 some submission lost points, 2 the kit or the machine failed, or
    you interrupted the command. After an interruption the finished grades are kept.
    """
    import shutil

    from timeslice.session.fork_server import start_fork_server

    start_fork_server()
    from timeslice.contract.assignment import read_assignment
    from timeslice.contract.kit import find_kit
    from timeslice.grade.replay import program
    from timeslice.intake.sources import find_sources
    from timeslice.session.messages import GradingOptions

    kit = find_kit()
    whole = read_assignment(kit)
    assignment = whole.only(labs)
    sources = find_sources(submissions, whole.sources, one=one)
    kit.require_built()
    _require_tests(kit, assignment, tests)
    if shutil.which(cc) is None:
        raise KitError(f"the compiler {cc!r} is not installed: install it, or choose another compiler with --cc")
    _calibrated(kit, cc)
    folder = _report_folder(out, partial=bool(select or tests))
    options = GradingOptions(folder, seed, cc, strict, select, labs, tests, program(), patience)
    return _grade_all(assignment, sources, options, jobs or len(os.sched_getaffinity(0)))


def _calibrated(kit: Kit, cc: str) -> Calibration:
    """The calibration of this machine. If there is none, or if a tool has changed, the kit calibrates now."""
    from timeslice.grade.calibrate import kept, why_anew
    from timeslice.grade.context import GradingContext

    calibration = kept(kit, cc)
    if calibration is None:
        say(f"calibrating the kit on this machine: {why_anew(kit, cc)}")
        with GradingContext.open(cc) as context:
            calibration = context.calibration
    for line in calibration.lines():
        complain(f"timeslice: a fault of the kit on this machine, which costs no points: {line}")
    return calibration


def _require_tests(kit: Kit, assignment: Assignment, tests: tuple[str, ...]) -> None:
    """Raise KitError if one of ``tests`` does not belong to the labs to grade."""
    from difflib import get_close_matches

    from timeslice.contract.bank import bank_tests

    if not tests:
        return
    labs = {lab.id for lab in assignment.labs}
    known = ["build", *(test.name for test in bank_tests(kit) if test.lab in labs)]
    for name in tests:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.6)
            advice = f"did you mean {' or '.join(near)}?" if near else f"a test has a name such as {known[-1]}"
            raise KitError(f"there is no test {name[:120]!r} in the labs to grade: {advice}")


def _report_folder(out: Path | None, *, partial: bool) -> Path | None:
    """The folder for reports. A partial grading must not replace a full report, so it needs ``out``."""
    if out is None and partial:
        return None
    folder = out or Path("report")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KitError(
            f"cannot make the report folder {folder} ({error.strerror}): choose another folder with --out"
        ) from error
    return folder.resolve()


def _grade_all(assignment: Assignment, sources: list[Source], options: GradingOptions, jobs: int) -> int:
    """Grade all submissions. If something goes wrong, keep the finished grades and say where they are."""
    from timeslice.session.pool import Pool
    from timeslice.session.progress import GradingProgress

    console = open_console()
    results: dict[str, Result] = {}
    problem = ""
    try:
        with (
            GradingProgress(console, len(sources)) as progress,
            Pool(assignment, options, jobs, progress.on_step) as pool,
        ):
            for result in pool.grade(sources):
                results[result.submission] = result
                progress.done(result)
    except KitError as error:
        problem = str(error)
    except KeyboardInterrupt:
        problem = "interrupted"
    in_order = [results[source.name] for source in sources if source.name in results]
    problem = _keep(in_order, options, console, problem, single=len(sources) == 1)
    for result in in_order:
        if result.outcome == "broken":
            complain(f"timeslice: {result.submission}: {result.summary}")
    if problem:
        kept = f"{len(in_order)} of {len(sources)} submissions were graded" if len(sources) > 1 or in_order else ""
        place = f": see {options.out}" if in_order and options.out else ""
        _end(f"{problem}{f'; {kept}' if kept else ''}{place}")
    if any(result.outcome == "broken" for result in in_order):
        return KIT_FAILED
    return 0 if all(result.outcome == "passed" for result in in_order) else LOST_POINTS


def _keep(results: list[Result], options: GradingOptions, console: Console, problem: str, *, single: bool) -> str:
    """Write the index and print the grades. Returns the problem to report, or an empty text."""
    from timeslice import report

    if not results:
        return problem
    try:
        if options.out:
            report.write_index(results, options.out)
        _print(results, options.out, console, single=single)
    except BrokenPipeError:
        raise
    except KitError as error:
        return problem or str(error)
    except OSError as error:
        give_up_output()
        return problem or f"cannot print the grades ({error.strerror})"
    return problem


def _print(results: list[Result], out: Path | None, console: Console, *, single: bool) -> None:
    """Print the table, the details of a single submission, the guards of the sandbox, and the path of the report."""
    from timeslice import report

    report.table(results, console)
    if single:
        report.in_full(results[0], console)
        console.print()
    guards = results[0].guards
    off = [f"{guard.name} ({guard.detail})" for guard in guards if not guard.on]
    told = f"; off: {', '.join(off)}" if off else ""
    line = f"Sandbox: {len(guards) - len(off)} of {len(guards)} guards on{told}"
    console.print(line, markup=False, highlight=False, soft_wrap=True)
    page = "index.html" if len(results) > 1 else f"{report.folder_name(results[0].submission)}/report.html"
    told = (
        f"Report: {out / page}" if out else "No report was written: the grade is not full. Give --out if you want one."
    )
    console.print(told, markup=False, highlight=False, soft_wrap=True)


@main.command()
@click.option("--cc", default="gcc", show_default=True, help="Compiler for the submissions: gcc or clang.")
def calibrate(cc: str) -> int:
    """Run all tests on the reference with the tools of this machine.

    If the reference fails a test, this is the kit's fault. The kit remembers the test, and it costs no points. The
    command grade calibrates when it is necessary: the first time, and after a change of a tool or of the kit.

    Exit status: 0 the reference passes all tests, 1 the kit has a fault on this machine.
    """
    from timeslice.contract.kit import find_kit

    kit = find_kit()
    kit.require_built()
    return LOST_POINTS if _calibrated(kit, cc).faults else 0


@main.command()
@click.argument("clause")
def explain(clause: str) -> None:
    """Explain a clause: what it asks, why, its points, a hint, and which tests check it.

    \b
    timeslice explain UDP-RX-003
    """
    from timeslice.contract.explain import explain as explain_clause

    explain_clause(clause, open_console())


@main.command(name="list")
@click.option("--lab", "labs", multiple=True, metavar="LAB", help="Only this lab. You can give --lab more than once.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_all(labs: tuple[str, ...], as_json: bool) -> None:
    """List the labs and their clauses: points, number of tests, number of mutants, and sentence.

    \b
    timeslice list --lab udp
    timeslice list --json
    """
    from timeslice.contract.listing import listing, show

    listed = listing(labs)
    if as_json:
        say(listed.model_dump_json(indent=2))
    else:
        show(listed, open_console())


@main.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the pages.  [default: build/spec, or build/spec-students]",
)
@click.option(
    "--for",
    "reader",
    default="instructors",
    show_default=True,
    type=click.Choice(["students", "instructors"]),
    help="Who reads the pages. Only instructors see points, hints, tests and mutants.",
)
def spec(out: Path | None, reader: str) -> None:
    """Write the contract as HTML pages, with a search, and with links between clauses, headers and glossary.

    \b
    timeslice spec                                      for instructors, in build/spec
    timeslice spec --for students --out handout/spec    without points, hints, tests and mutants

    Open index.html in a browser. The pages need no server and no network.
    """
    from timeslice.contract.kit import find_kit
    from timeslice.pages.site import write_pages

    kit = find_kit()
    for_students = reader == "students"
    folder = out or kit.root / "build" / ("spec-students" if for_students else "spec")
    say(f"Pages: {write_pages(kit, folder.resolve(), for_students=for_students)}")


for command in (conform, *COMMANDS):
    main.add_command(command)
