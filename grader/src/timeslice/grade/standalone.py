"""Writes the objects that grading would link for a submission. ``make check`` links them with another bank."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from timeslice.build.builder import Built
from timeslice.errors import IntakeError
from timeslice.grade.checks import supplied_notes
from timeslice.grade.context import GradingContext
from timeslice.intake.sources import find_sources
from timeslice.intake.tree import take

SENTENCES = "sentences.txt"  # a line for each sentence: its address, a blank, its text


def write_objects(submission: Path, out: Path, cc: str, tell: Callable[[str], None]) -> bool:
    """Build ``submission`` as ``grade`` does. Write its objects, and the stubs of missing functions, to the folder
    ``out`` as ``*.o``. ``tell`` gets the messages of the compiler and the inspection, one line at a time.

    Returns whether anything of the submission is linked. Raises KitError if nothing can be built."""
    with GradingContext.open(cc) as context, context.builder.sandbox.stage as stage:
        (stage / "tree").mkdir()
        sources = find_sources([submission], context.assignment.sources)
        if len(sources) != 1:
            raise IntakeError(f"{submission} holds {len(sources)} submissions: give the path of one of them")
        taken = take(sources[0], context.assignment.sources, stage / "tree")
        built = context.builder.build(stage / "tree", taken.handed_in, stage)
        for line in _lines(built, context):
            tell(line)
        out.mkdir(parents=True, exist_ok=True)
        for old in out.glob("*.o"):
            old.unlink()
        for made in built.plain_objects:
            shutil.copyfile(made, out / made.with_suffix(".o").name)
        bindings = (b for lab in context.assignment.labs for b in lab.bindings.items())
        sentences = [f"{address} {sentence}\n" for address, sentence in bindings]
        (out / SENTENCES).write_text("".join(sentences), "utf-8")
        return bool(built.labs)


def _lines(built: Built, context: GradingContext) -> list[str]:
    build = built.build
    found = [f"{d.severity}: {d.told()}" for d in build.diagnostics]
    absent = [f"nothing to run of {lab.id}" for lab in context.assignment.labs if lab.id not in built.labs]
    refused = [f"refused: {refusal}" for refusal in build.refusals]
    return [*refused, *found, *build.left_out, *supplied_notes(context.assignment, build), *absent]
