"""The command ``timeslice conform``. Heavy modules are imported only when it runs."""

from __future__ import annotations

from pathlib import Path

import click

from timeslice.errors import KitError
from timeslice.screen import open_console


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("lab", metavar="LAB")
@click.argument("command", metavar="-- COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option(
    "--program", metavar="NAME", help="Which program of the lab COMMAND stands for.  [default: the first one]"
)
@click.option("-k", "only", default="", metavar="TEXT", help="Only scenarios whose name contains TEXT.")
@click.option("--seed", default="1", show_default=True, help="Seed of the random choices: any text.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the result as JSON to this file.")
@click.option("--junit", "junit_file", type=click.Path(path_type=Path), help="Write the result as JUnit XML.")
def conform(
    lab: str,
    command: tuple[str, ...],
    program: str | None,
    only: str,
    seed: str,
    json_file: Path | None,
    junit_file: Path | None,
) -> int:
    """Watch any program, in any language, and say which clauses of a lab it keeps.

    COMMAND starts the program. It must have the command line of spec/conform.md. It runs on this machine as it is,
    without a sandbox. So start only programs that you trust.

    \b
    timeslice conform udp -- build/bin/timeslice-udp
    timeslice conform udp --program time -- build/bin/timeslice-time
    timeslice conform scheduler --json out.json -- python3 my-scheduler.py

    Exit status: 0 every clause is kept, 1 some clause is broken, 2 the command could not do its work.
    """
    from timeslice.contract.kit import find_kit
    from timeslice.witness.conform import conformance
    from timeslice.witness.conform_report import junit_xml, show

    told = conformance(find_kit(), lab, program, command, seed, only)
    for file, text in ((json_file, told.model_dump_json(indent=2) + "\n"), (junit_file, junit_xml(told))):
        if file is not None:
            try:
                file.write_text(text, "utf-8")
            except OSError as error:
                raise KitError(f"cannot write {file} ({error.strerror}): choose another file") from error
    show(told, open_console())
    return 0 if told.kept else 1
