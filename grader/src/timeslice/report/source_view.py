"""The student's source, line by line. Each line has its count and the messages of the compiler and the tools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from timeslice.model import Diagnostic, Finding, Result
from timeslice.report.highlight import Highlighter


@dataclass(frozen=True)
class Line:
    """One line: its number, its HTML, how often it ran (None: it holds no code to run), and the messages about it."""

    id: str
    number: int
    code: Markup
    count: int | None
    findings: Sequence[Finding]
    diagnostics: Sequence[Diagnostic]

    @property
    def state(self) -> Literal["ran", "missed", "idle"]:
        """Whether the line ran, did not run, or holds no code to run."""
        if self.count is None:
            return "idle"
        return "ran" if self.count else "missed"


@dataclass(frozen=True)
class SourceFile:
    """One file of the submission, ready to show."""

    id: str
    path: str
    lines: Sequence[Line]
    executable: int
    ran: int
    remarks: int
    left_out: int  # how many lines are not shown


def source_files(result: Result) -> list[SourceFile]:
    """The files in the order of the coverage, each line with its messages."""
    highlighter = Highlighter()
    findings: dict[tuple[str | None, int | None], list[Finding]] = defaultdict(list)
    for finding in result.memory.findings:
        findings[finding.file, finding.line].append(finding)
    diagnostics: dict[tuple[str, int], list[Diagnostic]] = defaultdict(list)
    for diagnostic in result.build.diagnostics:
        diagnostics[diagnostic.file, diagnostic.line].append(diagnostic)
    files = []
    for index, file in enumerate(result.coverage.files):
        source = file.source.removesuffix("\n")
        codes = highlighter.lines(source)
        lines = [
            Line(
                id=line_id(index, number),
                number=number,
                code=code,
                count=file.counts.get(number),
                findings=findings.get((file.path, number), ()),
                diagnostics=diagnostics.get((file.path, number), ()),
            )
            for number, code in enumerate(codes, 1)
        ]
        remarks = sum(len(line.findings) + len(line.diagnostics) for line in lines)
        left_out = source.count("\n") + 1 - len(lines)
        files.append(SourceFile(f"file-{index}", file.path, lines, file.lines, file.lines_run, remarks, left_out))
    return files


def line_id(file_index: int, line: int) -> str:
    """The id of a line on the page. It is made of numbers only, so no name of a student gets into it."""
    return f"L{file_index}-{line}"


def function_places(result: Result) -> dict[str, tuple[str, str, int]]:
    """For each clause: the function that has its anchor, the file, and the first line."""
    places: dict[str, tuple[str, str, int]] = {}
    for file in result.coverage.files:
        for function in file.functions:
            for clause in function.clauses:
                places.setdefault(clause, (function.name, file.path, function.start_line))
    return places
