"""The findings of the sanitizers (ASan, UBSan and LSan), by line of the submission and by test.

*Theory of operation.* The sanitizers write one report for each process: ``sanitizer.PID``. A report is text. It has a
line that tells the error, and stacks: where it happened, and where the block was made or freed. Processes with the
student's code write the files, so we read them as hostile: only ordinary files, with a size limit, and only lines that
we know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from timeslice.model import Finding, Frame
from timeslice.run.findings import FRAME_LIMIT, KIT_FRAMES, NAME_LIMIT, Found, finding_at, source_of, together
from timeslice.run.sanitize_words import in_plain_words
from timeslice.run.start import SANITIZER_REPORT
from timeslice.untrusted import read_ordinary

TOOL: Final = "sanitizers"
UNDEFINED = "UndefinedBehaviour"  # the kind of every finding of UBSan
FILE_LIMIT = 1 << 20  # bytes that we read from the report of one process
TOTAL_LIMIT = 32 << 20  # bytes that we read from the reports of one run
_ERROR = re.compile(
    r"^==\d+==ERROR: (?:AddressSanitizer: (?:attempting )?(?P<kind>[a-zA-Z][\w-]*)|LeakSanitizer: detected)"
)
_LEAK = re.compile(r"^(?P<sort>Direct|Indirect) leak of (?P<bytes>\d{1,18}) byte\(s\) in (?P<blocks>\d{1,18}) object")
_UNDEFINED = re.compile(r"^(?P<file>[^:\s]{1,400}):(?P<line>\d{1,9}):\d{1,9}: runtime error: (?P<what>.{1,400})")
_ACCESS = re.compile(r"^(?P<access>READ|WRITE) of size (?P<size>\d{1,18})")
_FRAME = re.compile(
    r"^\s{2,8}#\d{1,3} 0x[0-9a-f]+ (?:in )?(?P<function>\S+)(?: (?P<file>[^:\s]+)(?::(?P<line>\d{1,9}))?)?"
)


@dataclass
class Report:
    """One error of a report: its kind, what the tool says of it, and its stacks, the place of the error first."""

    kind: str
    what: str = ""
    access: str = ""  # READ or WRITE
    size: int = 0  # bytes of the access
    blocks: int = 0  # of a leak
    here: Frame | None = None  # the place of undefined behaviour, if the report has no stack
    stacks: list[list[Frame]] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)  # the line above each stack


def findings(folder: Path, tests_by_pid: Mapping[int, str], sources: Sequence[str]) -> Found:
    """Everything that the sanitizers reported in one run of the bank.

    :param folder: the folder with one report for each process
    :param tests_by_pid: ``suite/test`` by the pid of its process
    :param sources: the submission's own files, such as ``udp/receive.c``
    :return: the findings. No content of a file causes an exception.
    """
    told: list[tuple[Finding, str | None]] = []
    left = TOTAL_LIMIT
    for pid, path in sorted(_reports(folder)):
        data = read_ordinary(path, min(FILE_LIMIT, left))
        left -= len(data)
        reports = read_report(data.decode("utf-8", "replace"), sources)
        told += [(_finding(report), tests_by_pid.get(pid)) for report in reports]
    return together(told)


def _reports(folder: Path) -> Iterator[tuple[int, Path]]:
    try:
        paths = list(folder.iterdir())
    except OSError:
        return
    for path in paths:
        name, _, pid = path.name.partition(".")
        if name == SANITIZER_REPORT and pid.isascii() and pid.isdecimal() and len(pid) < 10:
            yield int(pid), path


def read_report(text: str, sources: Sequence[str]) -> list[Report]:
    """The errors in the report of one process. A block that only other lost blocks point to is no error of its own."""
    reports: list[Report] = []
    heading, in_stack = "", False
    for line in text.splitlines():
        frame = _FRAME.match(line)
        if frame and reports:
            if not in_stack:
                reports[-1].stacks.append([])
                reports[-1].headings.append(heading)
            if len(reports[-1].stacks[-1]) < 8 * FRAME_LIMIT:
                reports[-1].stacks[-1].append(_frame(frame, sources))
            in_stack = True
            continue
        in_stack = False
        heading = line
        if started := _start(line, sources):
            reports.append(started)
        elif reports and (access := _ACCESS.match(line)):
            reports[-1].access, reports[-1].size = access["access"], int(access["size"])
    return [report for report in reports if report.kind not in ("", "Indirect")]


def _start(line: str, sources: Sequence[str]) -> Report | None:
    """The error that begins on this line, or None."""
    if leak := _LEAK.match(line):
        kind = "Leak_Sanitizer" if leak["sort"] == "Direct" else "Indirect"
        return Report(kind, size=int(leak["bytes"]), blocks=int(leak["blocks"]))
    if undefined := _UNDEFINED.match(line):
        file = source_of("", undefined["file"], sources)
        here = Frame(function="?", file=file, line=int(undefined["line"]) if file else None)
        return Report(UNDEFINED, undefined["what"], here=here)
    error = _ERROR.match(line)
    return Report(error["kind"] or "") if error else None


def _frame(found: re.Match[str], sources: Sequence[str]) -> Frame:
    file = source_of("", found["file"] or "", sources)
    line = int(found["line"]) if file is not None and found["line"] else None
    name = found["function"] if file or not found["file"] else f"{found['function']} ({Path(found['file']).name})"
    return Frame(function=name[:NAME_LIMIT], file=file, line=line)


def _finding(report: Report) -> Finding:
    stacks = report.stacks or [[report.here] if report.here else []]
    return finding_at(TOOL, report.kind, in_plain_words(report), stacks, stacks[0][:KIT_FRAMES])
