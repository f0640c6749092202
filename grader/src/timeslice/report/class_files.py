"""The files of a class for other programs: grades.csv for a gradebook, results.json for a script."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from timeslice.model import SCHEMA_VERSION, Result
from timeslice.report.class_summary import clause_rates, is_final, percent, spread
from timeslice.untrusted import clip, visible


def grades_csv(results: Sequence[Result]) -> str:
    """One row for each submission, and one column for each lab and each skill.

    If a grade is not final, its cells are empty, so that no gradebook takes them for 0. If a spreadsheet would run a
    cell as a formula, the cell gets a quote."""
    labs = {lab.id: lab.title for result in results for lab in result.labs}
    titles = {(skill.lab, skill.id): skill.title for result in results for skill in result.skills}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = [*labs.values(), *(f"{labs[lab]}: {title}" for (lab, _), title in titles.items())]
    writer.writerow(["submission", "outcome", "earned", "possible", "percent", *map(_cell, columns), "summary"])
    for result in results:
        by_lab = {lab.id: str(lab.score.earned) for lab in result.labs}
        by_skill = {(skill.lab, skill.id): str(skill.score.earned) for skill in result.skills}
        score = [str(result.score.earned), str(result.score.possible), f"{percent(result):.1f}"]
        parts = [*(by_lab.get(lab, "") for lab in labs), *(by_skill.get(skill, "") for skill in titles)]
        if not is_final(result):
            score, parts = ["", str(result.score.possible), ""], [""] * len(parts)
        writer.writerow([_cell(result.submission), result.outcome.value, *score, *parts, _cell(result.summary)])
    return out.getvalue()


def _cell(text: str) -> str:
    flat = " ".join(visible(clip(text, 500)).split())
    return f"'{flat}" if flat.startswith(("=", "+", "-", "@")) else flat


def class_json(results: Sequence[Result]) -> str:
    """The class without sources and outputs. The result.json of each submission has these."""
    scores = spread(results)
    document = {
        "schema_version": SCHEMA_VERSION,
        "submissions": [_brief(result) for result in results],
        "spread": asdict(scores),
        "clauses": [asdict(rate) for rate in clause_rates(results)],
    }
    return json.dumps(document, indent=1) + "\n"


def _brief(result: Result) -> dict[str, Any]:
    return {
        "submission": visible(clip(result.submission, 500)),
        "assignment": result.assignment,
        "outcome": result.outcome.value,
        "final": is_final(result),  # only if this is true are the points a grade
        "score": result.score.model_dump(),
        "summary": visible(clip(result.summary, 500)),
        "labs": [{"id": lab.id, "handed_in": lab.handed_in, "score": lab.score.model_dump()} for lab in result.labs],
        "skills": [{"lab": s.lab, "id": s.id, "score": s.score.model_dump()} for s in result.skills],
        "checks": [
            {"name": check.name, "clause": check.clause, "verdict": check.verdict.value, "points": check.points}
            for check in result.checks
        ],
        "memory": result.memory.status,
        "coverage": {"lines": result.coverage.lines, "lines_run": result.coverage.lines_run},
        "suspicious": bool(result.suspicions),
    }
