"""The JSON Schema of result.json, built from the model.

``python -m timeslice.report.schema > spec/result.schema.json`` publishes it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from timeslice.model import SCHEMA_VERSION, Result

_TOP = "Result"
FIELDS: dict[str, dict[str, str]] = {
    "Build": {
        "status": "Whether it compiled and linked, failed to, was refused by the inspection, or could not be read.",
        "diagnostics": "What the compiler said, in order.",
        "refusals": "What intake or the inspection of the objects refused, a line each.",
        "left_out": "The sources that were not linked, a line each: why, and which functions are lost with them.",
        "supplied": "The functions that the template's stubs stand in for, in labs of which something was handed in.",
        "output": "The compiler's own text, capped.",
    },
    "Check": {
        "name": "`build`, or `suite/test`.",
        "clause": "The clause that it checks; null for the build.",
        "sentence": "What the clause asks for.",
        "verdict": "What became of it.",
        "points": "Points earned.",
        "possible": "Points that could be earned.",
        "message": "What went wrong, for the student; empty where it passed.",
        "steps": "What the test did, in order.",
        "expected": "What the test expected, where it compared.",
        "got": "What it got instead.",
        "hint": "Where to look.",
        "replay": "The command that makes this check alone, to be typed in the folder where the grading was started.",
        "output": "What the test printed, capped.",
        "seconds": "How long it took, natively.",
        "unsteady": "Whether its runs differed; the verdict is that of most of them.",
        "runs": "Every run of an unsteady test, in their order.",
    },
    "ClauseCoverage": {
        "clause": "A clause that stands as an anchor in or above a function.",
        "lines": "Executable lines of the functions that it is anchored to.",
        "lines_run": "How many of those ran.",
    },
    "Coverage": {
        "status": "Whether there are counts.",
        "lines": "Executable lines of the submission.",
        "lines_run": "How many of those ran.",
        "files": "The submission's files; without counts where nothing was measured.",
        "clauses": "Coverage by the clauses anchored in the code.",
        "note": "Why there are no counts.",
    },
    "Diagnostic": {
        "severity": "error, warning or note.",
        "file": "The file, relative to the submission.",
        "line": "Its line, from 1.",
        "column": "Its column, from 1.",
        "message": "What the compiler said.",
    },
    "Difference": {
        "test": "`suite/test`.",
        "clause": "The clause that the test checks.",
        "replay": "The command that runs the test again.",
        "runs": "Every run of the test, natively and under the tool, in their order.",
    },
    "FileCoverage": {
        "path": "The file, relative to the submission.",
        "source": "Its text, decoded with replacement and capped.",
        "counts": "Times run, by the number of each executable line.",
        "functions": "Its functions, in order.",
        "lines": "Its executable lines.",
        "lines_run": "How many of those ran.",
    },
    "Finding": {
        "kind": "Valgrind's own word (InvalidRead, Leak_DefinitelyLost ...), FatalSignal, or OpenDescriptor.",
        "message": "One plain sentence.",
        "file": "The innermost file of the submission on the stack.",
        "line": "The line in that file.",
        "function": "The function there.",
        "stack": "The stack, innermost first, down to the outermost frame of the submission.",
        "tests": "The tests in which it was seen.",
        "charged": "The clause that lost its points by it; null where it costs nothing.",
    },
    "Frame": {
        "function": "The function.",
        "file": "The file, relative to the submission; null outside of it.",
        "line": "The line in that file.",
    },
    "FunctionCoverage": {
        "name": "The function.",
        "start_line": "Its first line.",
        "end_line": "Its last line.",
        "executions": "Times entered.",
        "lines": "Its executable lines.",
        "lines_run": "How many of those ran.",
        "clauses": "Clauses anchored in it or directly above.",
    },
    "Guard": {
        "name": "A guard of the sandbox.",
        "on": "Whether it was on.",
        "detail": "What was measured, or why it was off.",
    },
    "LabScore": {
        "id": "Its id in the assignment.",
        "title": "What it is about.",
        "handed_in": "Whether any file of it was; where none was, none of its tests was run.",
        "score": "The sum over its clauses.",
    },
    "Memory": {
        "status": "What Valgrind and the audit of descriptors said of the whole run.",
        "tests": "How many tests ran under Valgrind.",
        "findings": "What was found, equal findings merged over the tests.",
        "differences": "Tests that pass natively but not under a tool that found nothing; they cost nothing.",
        "note": "Why it did not run, where it did not.",
    },
    "Result": {
        "schema_version": "The version of this schema.",
        "submission": "The submission's name; never a path of the host.",
        "assignment": "The assignment that it was graded for.",
        "outcome": "Whether full marks were earned, some were lost, the kit failed, or a person has to look.",
        "score": "The sum over all checks.",
        "summary": "One line.",
        "labs": "The score by lab.",
        "skills": "The score by skill.",
        "checks": "Everything that was checked, in the order of the assignment.",
        "build": "How compiling, inspecting and linking went.",
        "memory": "Valgrind's findings and descriptors left open.",
        "coverage": "Line coverage by the whole bank.",
        "guards": "The guards of the sandbox.",
        "versions": "Version of the kit and of each tool, by name.",
        "seed": "The seed of all randomness in the run: the same seed replays it.",
        "suspicions": "What a person has to look at.",
        "kit_faults": "What the kit or a tool got wrong on this machine, a line each; no points are lost by it.",
        "notes": "Files ignored, files taken from the template, and the like.",
        "seconds": "Time taken by each step, by name.",
    },
    "Run": {
        "tool": "`native`, or the tool with its version.",
        "verdict": "What became of this run.",
        "message": "What went wrong; empty where it passed.",
        "steps": "What the test did in this run, in order.",
        "output": "What the test printed, capped.",
        "seconds": "How long it took.",
    },
    "Score": {"earned": "Points earned.", "possible": "Points that could be earned."},
    "Skill": {
        "lab": "The id of its lab.",
        "id": "Its id within the lab.",
        "title": "What a student can do who has it.",
        "score": "The sum over its clauses.",
        "clauses": "Its clauses.",
    },
}


def result_schema() -> dict[str, Any]:
    """The schema, JSON Schema draft 2020-12, of what ``result_json`` writes."""
    built = Result.model_json_schema(mode="serialization")
    definitions = built.pop("$defs")
    for name, definition in [(_TOP, built), *definitions.items()]:
        for field, schema in definition.get("properties", {}).items():
            schema.pop("title", None)
            schema["description"] = FIELDS[name][field]
        if "properties" in definition:
            definition["required"] = list(definition["properties"])  # the writer writes every field
    definitions["FileCoverage"]["properties"]["counts"]["propertyNames"] = {"pattern": "^[1-9][0-9]*$"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:timeslice:result:{SCHEMA_VERSION}",
        "version": SCHEMA_VERSION,
        **built,
        "title": f"Timeslice result {SCHEMA_VERSION}",
        "$defs": definitions,
    }


def schema_text() -> str:
    """The schema as it stands in ``spec/result.schema.json``."""
    return json.dumps(result_schema(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
