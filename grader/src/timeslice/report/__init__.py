"""The writers of reports. They read the result. Only ``failure.py`` also reads the stubs of the template."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from timeslice.model import Result
from timeslice.report.class_files import class_json, grades_csv
from timeslice.report.index import index_html
from timeslice.report.junit import junit_xml
from timeslice.report.lcov import lcov_tracefile
from timeslice.report.page import page_html
from timeslice.report.publish import publish
from timeslice.report.result_json import result_json
from timeslice.report.terminal import in_full, table

__all__ = ["folder_name", "in_full", "table", "write", "write_index"]

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_MADE_UNIQUE = re.compile(r".*-[0-9a-f]{10}", re.IGNORECASE)
_OF_THE_CLASS = ("index.html", "grades.csv", "results.json")


def write(result: Result, out: Path) -> None:
    """Write ``result.json``, ``junit.xml``, ``coverage.lcov`` and ``report.html`` into ``out``: all of them, or none.

    :raises KitError: the files cannot be written; the old files are unchanged
    """
    publish(
        {
            out / "result.json": result_json(result),
            out / "junit.xml": junit_xml(result),
            out / "coverage.lcov": lcov_tracefile(result),
            out / "report.html": page_html(result),
        }
    )


def write_index(results: Sequence[Result], out: Path) -> None:
    """Write ``index.html``, ``grades.csv`` and ``results.json`` of a class. The pages are ``out/FOLDER/report.html``.

    :raises KitError: the files cannot be written; the old files are unchanged
    """
    folders = [folder_name(result.submission) for result in results]
    links = [f"{folder}/report.html" if (out / folder / "report.html").is_file() else None for folder in folders]
    publish(
        {
            out / name: text
            for name, text in zip(
                _OF_THE_CLASS, (index_html(results, links), grades_csv(results), class_json(results)), strict=True
            )
        }
    )


def folder_name(submission: str) -> str:
    """The folder of a submission's report. A plain name stays. Another name becomes plain and gets a unique ending.

    A name is not plain if it could be the name of a file of the class, or of the folder of another submission."""
    taken = submission.casefold() in _OF_THE_CLASS or _MADE_UNIQUE.fullmatch(submission)
    if _PLAIN.fullmatch(submission) and not taken:
        return submission
    plain = re.sub(r"[^A-Za-z0-9]+", "-", submission).strip("-")[:40] or "submission"
    return f"{plain}-{hashlib.sha256(submission.encode('utf-8', 'replace')).hexdigest()[:10]}"
