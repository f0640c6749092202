"""Valgrind's findings, by line of the submission and by test.

*Theory of operation.* With ``--xml-file=DIR/%p.xml``, every process of the run writes its own file. We know a test's
process by its pid, and its descendants by the chain of ``<ppid>``. The file of a killed process ends too early: every
``<error>`` that is complete still counts. Processes with the student's code write the files, so we read them as
hostile: only ordinary files, with a size limit, without entities, and only the fields that we know.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from timeslice.model import Finding, Frame
from timeslice.run.findings import KIT_FRAMES, NAME_LIMIT, Found, finding_at, source_of, together
from timeslice.run.memcheck_words import Trouble, in_plain_words
from timeslice.untrusted import read_ordinary

FILE_LIMIT = 8 * 1024 * 1024  # bytes that we read from the file of one process
TOTAL_LIMIT = 64 * 1024 * 1024  # bytes that we read from the files of one run
_FAULTS = frozenset(("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL"))


@dataclass
class _Process:
    """The file of one process: its parent, and the errors that Valgrind reported before the file ended."""

    parent: int = 0
    errors: list[Element] = field(default_factory=list)


def findings(xml_dir: Path, tests_by_pid: Mapping[int, str], sources: Sequence[str]) -> Found:
    """Errors, definite leaks and faults of one run under memcheck.

    :param xml_dir: the folder with one ``PID.xml`` for each process
    :param tests_by_pid: ``suite/test`` by the pid of its process
    :param sources: the submission's own files, such as ``udp/receive.c``
    :return: the findings. No content of a file causes an exception.
    """
    processes = _read_all(xml_dir, tests_by_pid)
    told = (
        (finding, _test_of(pid, processes, tests_by_pid))
        for pid, process in processes.items()
        for finding in _of_one_process(process, sources)
    )
    return together(told)


def _of_one_process(process: _Process, sources: Sequence[str]) -> list[Finding]:
    """The findings of a process. The signal that killed it counts only if no earlier error has the same stack."""
    found: list[Finding] = []
    for error in process.errors:
        one = _finding(error, sources)
        if one is not None and not (one.kind == "FatalSignal" and any(one.stack == other.stack for other in found)):
            found.append(one)
    return found


def _read_all(xml_dir: Path, tests_by_pid: Mapping[int, str]) -> dict[int, _Process]:
    """The processes of the run, up to the limit of bytes. The processes of tests come first."""
    try:
        paths = [path for path in xml_dir.iterdir() if path.suffix == ".xml" and path.stem.isdecimal()]
    except OSError:
        return {}
    left = TOTAL_LIMIT
    processes: dict[int, _Process] = {}
    for path in sorted(paths, key=lambda path: (int(path.stem) not in tests_by_pid, int(path.stem))):
        data = read_ordinary(path, min(FILE_LIMIT, left))
        left -= len(data)
        processes[int(path.stem)] = _parse(data)
    return processes


def _parse(data: bytes) -> _Process:
    """Every complete element before the end of the file, or before the first text that is not XML."""
    process = _Process()
    depth = 0
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end")):
            depth += 1 if event == "start" else -1
            if event == "end" and depth == 1:
                if element.tag == "ppid":
                    process.parent = _integer(element.text)
                elif element.tag in ("error", "fatal_signal"):
                    process.errors.append(element)
    except (ParseError, DefusedXmlException, ValueError):
        pass
    return process


def _integer(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _test_of(pid: int, processes: Mapping[int, _Process], tests_by_pid: Mapping[int, str]) -> str | None:
    """The test that started a process, directly or through its descendants."""
    seen = set()
    while pid not in tests_by_pid:
        if pid in seen or pid not in processes:
            return None
        seen.add(pid)
        pid = processes[pid].parent
    return tests_by_pid[pid]


def _finding(error: Element, sources: Sequence[str]) -> Finding | None:
    """The finding of one element, or None if it is no mistake in any code."""
    stacks = [list(_frames(stack, sources)) for stack in error.findall("stack")] or [[]]
    kind = error.findtext("kind") or ("FatalSignal" if error.tag == "fatal_signal" else "Error")
    if kind.startswith("Leak_") and kind != "Leak_DefinitelyLost":
        return None
    if kind == "FatalSignal" and not _is_own_fault(error, stacks[0]):
        return None
    message = in_plain_words(_trouble(error, kind, stacks[1:]))
    return finding_at("valgrind", kind, message, stacks, _kit_frames(error))


def _kit_frames(error: Element) -> list[Frame]:
    """The places in files of the kit or a library: ``strays_adopt (strays.c:46)``."""
    stack = error.find("stack")
    frames = stack.findall("frame")[:KIT_FRAMES] if stack is not None else []
    return [Frame(function=_place(frame)[:NAME_LIMIT]) for frame in frames]


def _place(frame: Element) -> str:
    name, file = frame.findtext("fn") or "?", frame.findtext("file")
    return f"{name} ({file}:{_integer(frame.findtext('line'))})" if file else name


def _is_own_fault(error: Element, stack: Sequence[Frame]) -> bool:
    """Whether it is a fault in the submission's own code, not a signal that somebody sent, or a fault in a test."""
    return error.findtext("signame") in _FAULTS and bool(stack) and stack[0].file is not None


def _frames(stack: Element, sources: Sequence[str]) -> Iterator[Frame]:
    for frame in stack.findall("frame"):
        file = source_of(frame.findtext("dir") or "", frame.findtext("file") or "", sources)
        line = _integer(frame.findtext("line")) if file is not None else None
        yield Frame(function=(frame.findtext("fn") or "?")[:NAME_LIMIT], file=file, line=line)


def _trouble(error: Element, kind: str, further_stacks: Sequence[Sequence[Frame]]) -> Trouble:
    what = error.findtext("what") or error.findtext("xwhat/text") or error.findtext("signame") or ""
    places = [next((frame for frame in stack if frame.file is not None), None) for stack in further_stacks]
    return Trouble(
        kind=kind,
        what=" ".join(what.split()),
        about=[" ".join((aux.text or "").split()) for aux in error.findall("auxwhat")],
        places=[f"{frame.file}:{frame.line}" if frame is not None else None for frame in places],
        leaked_bytes=_integer(error.findtext("xwhat/leakedbytes")),
        leaked_blocks=_integer(error.findtext("xwhat/leakedblocks")),
    )
