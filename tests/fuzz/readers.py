"""The readers that are fuzzed: how each one plays an input, and what must hold then.

A player returns what does not hold, or an empty text. An exception that it lets through is a fault too.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from timeslice.build.inspection import inspect
from timeslice.contract.assignment import Permissions, read_assignment
from timeslice.contract.kit import find_kit
from timeslice.errors import IntakeError
from timeslice.intake.sources import Source, is_source
from timeslice.intake.tree import SOURCES_MAX, take
from timeslice.run import memcheck, sanitize
from timeslice.run.coverage import COUNT_LIMIT, CoverageError, counted, documents_in
from timeslice.run.findings import Found
from timeslice.run.records import ModeRun
from timeslice.run.start import Process
from timeslice.sandbox import Running

SEEDS = Path(__file__).parent / "seeds"
PATTERNS = ("udp/*.c", "udp/*.h")
SOURCES = ["udp/send.c"]
DEEPEST = 200  # folders: Python's own functions for deeper trees end at a limit that depends on their caller
TEXT = "/* UDP-TX-001 */\nint main(void)\n{\n    return 0;\n}\n" * 4
CODE = """#include <stdlib.h>
static int kept = 3;
int *pointer = &kept;
void *dlsym(void *, const char *);
int udp_close(int fd) { return fd + kept; }
void *udp_find(void) { return dlsym(0, "x"); }
__attribute__((constructor)) static void early(void) { kept = 4; }
"""


@dataclass(frozen=True)
class Reader:
    """A reader under test: plays one input in an empty folder, and has real inputs to begin with."""

    play: Callable[[bytes, Path], str]
    seeds: Callable[[], Sequence[bytes]]


def _stored(name: str) -> Callable[[], Sequence[bytes]]:
    return lambda: [path.read_bytes() for path in sorted((SEEDS / name).iterdir())]


def _archives() -> Sequence[bytes]:
    """A zip, and a tar in each compression."""
    found = []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mine/udp/send.c", TEXT)
        archive.writestr("mine/notes.txt", "x")
    found.append(packed.getvalue())
    for compression in ("", "gz", "bz2", "xz"):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode=cast(Any, f"w:{compression}"), format=tarfile.PAX_FORMAT) as tar:
            for name in ("udp/send.c", "\u00e9/" + "long" * 40):
                info = tarfile.TarInfo(name)
                info.size = len(TEXT)
                tar.addfile(info, io.BytesIO(TEXT.encode()))
        found.append(packed.getvalue())
    return found


def _taken(path: Path, folder: Path) -> str:
    tree = folder / "tree"
    tree.mkdir()
    try:
        took = take(Source("alice", path), PATTERNS, tree)
    except IntakeError as error:
        return "" if "\n" not in str(error) else "the message has more than one line"
    written = {str(file.relative_to(tree)): file for file in tree.rglob("*") if not file.is_dir()}
    if sorted(written) != list(took.handed_in) or any(file.is_symlink() for file in written.values()):
        return f"the tree holds {sorted(written)}"
    if not all(is_source(name, PATTERNS) for name in written):
        return f"it takes {sorted(written)}"
    size = sum(file.stat().st_size for file in written.values())
    return f"it takes {size} bytes" if size > SOURCES_MAX else ""


def _play_archive(data: bytes, folder: Path) -> str:
    path = folder / "alice.zip"
    path.write_bytes(data)
    return _taken(path, folder)


def _play_folder(data: bytes, folder: Path) -> str:
    """Each line of the input makes one entry: ``f NAME``, ``d NAME``, ``l NAME`` (link) or ``p NAME`` (pipe)."""
    root = folder / "alice"
    root.mkdir()
    for line in data.split(b"\n")[:200]:
        kind, name = line[:1], line[2:].replace(b"\0", b"").strip(b"/")
        parts = name.split(b"/")
        if not name or b".." in parts or len(parts) > DEEPEST:
            continue
        target = os.path.join(os.fsencode(root), name)
        try:
            os.makedirs(target if kind == b"d" else os.path.dirname(target), exist_ok=True)
            if kind == b"f":
                Path(os.fsdecode(target)).write_bytes(name)
            elif kind == b"l":
                os.symlink("/etc/passwd", target)
            elif kind == b"p":
                os.mkfifo(target)
        except OSError:  # this name cannot be made on a disk
            continue
    return _taken(root, folder)


@cache
def _permissions() -> Permissions:
    assignment = read_assignment(find_kit())
    return assignment.permissions(assignment.labs[0])


@cache
def _objects() -> Sequence[bytes]:
    """A hostile object, and an honest one."""
    with tempfile.TemporaryDirectory() as folder:
        made = []
        honest = "\n".join(CODE.split("\n")[1:3]) + "\nint udp_close(int fd) { return fd; }\n"
        for number, text in enumerate((CODE, honest)):
            target = Path(folder) / f"{number}.o"
            command = ["gcc", "-g", "-O0", "-x", "c", "-c", "-", "-o", str(target)]
            subprocess.run(command, input=text.encode(), check=True)
            made.append(target.read_bytes())
        return made


def _play_object(data: bytes, folder: Path) -> str:
    path = folder / "x.o"
    path.write_bytes(data)
    if inspect(path, "", _permissions()):
        return ""
    # The inspection allows the object. The linker's own tools must not see what it refuses.
    told = subprocess.run(["nm", "-u", str(path)], capture_output=True, check=False)
    names = told.stdout.decode("utf-8", "replace").split("\n") if told.returncode == 0 else []
    return "it allows an object that uses dlsym" if any(line.split()[-1:] == ["dlsym"] for line in names) else ""


class _Ended:
    """Stands for the run in the sandbox, which ended by itself."""

    def kill(self) -> None:
        """End it."""

    def wait(self) -> None:
        """How it ended."""


def _play_records(data: bytes, folder: Path) -> str:
    path = folder / "records"
    path.write_bytes(data)
    run = ModeRun("native")
    pipe = os.open(path, os.O_RDONLY)
    try:
        process = Process(run, cast(Running, _Ended()), pipe)
        while not process.closed:
            process.read()
    finally:
        os.close(pipe)
    true: dict[str, str] = {}
    for line in data.split(b"\n")[:-1]:
        try:
            told = json.loads(line)
            if told["event"] == "test":
                true.setdefault(f"{told['suite']}/{told['test']}", told["verdict"])
        except (ValueError, KeyError, TypeError, RecursionError):
            break
    changed = [name for name, record in run.records.items() if true.get(name) != record.verdict.value]
    return f"another verdict than told: {changed}" if changed else ""


def _lost(name: str, data: bytes, read: Callable[[bytes], Found], mark: bytes) -> str:
    """Findings that are whole before the first changed byte, but are not found. ``mark`` ends a finding."""
    seed = _stored(name)()[0]
    same: bytes = os.path.commonprefix(cast(Any, [seed, data]))  # noqa: RUF071 - bytes, not paths
    whole = same[: same.rfind(mark) + len(mark)] if mark in same else b""
    places = {(one.kind, one.file, one.line) for one in read(data).submission}
    lost = [one.kind for one in read(whole).submission if (one.kind, one.file, one.line) not in places]
    return f"findings are lost: {lost}" if lost else ""


def _play_memcheck(data: bytes, folder: Path) -> str:
    def read(xml: bytes) -> Found:
        (folder / "14.xml").write_bytes(xml)
        return memcheck.findings(folder, {14: "a/b"}, SOURCES)

    return _lost("memcheck", data, read, b"</error>")


def _play_sanitize(data: bytes, folder: Path) -> str:
    def read(text: bytes) -> Found:
        (folder / "sanitizer.14").write_bytes(text)
        return sanitize.findings(folder, {14: "a/b"}, SOURCES)

    return _lost("sanitize", data, read, b"\n\n")


def _play_coverage(data: bytes, _folder: Path) -> str:
    try:
        coverage = counted(documents_in(data), {"udp/send.c": TEXT})
    except CoverageError:
        return ""
    file, last = coverage.files[0], TEXT.count("\n") + 1
    wrong = [line for line, count in file.counts.items() if not (1 <= line <= last and 0 <= count <= COUNT_LIMIT)]
    return f"counts of lines that do not exist: {wrong}" if wrong or file.lines_run > file.lines else ""


READERS = {
    "archive": Reader(_play_archive, _archives),
    "folder": Reader(_play_folder, lambda: [b"f udp/send.c\nd mine/udp\nl udp/x.c\np udp/y.c\nf notes\n"]),
    "object": Reader(_play_object, _objects),
    "records": Reader(_play_records, _stored("records")),
    "memcheck": Reader(_play_memcheck, _stored("memcheck")),
    "sanitize": Reader(_play_sanitize, _stored("sanitize")),
    "coverage": Reader(_play_coverage, _stored("coverage")),
}
