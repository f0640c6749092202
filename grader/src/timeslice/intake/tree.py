"""Makes a clean folder from a submission: only the sources that a student may hand in.

A lab may have one file or many, with any names. Every other file is ignored, and a note names it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from timeslice.errors import IntakeError
from timeslice.intake.members import FILE, FOLDER, Member, members
from timeslice.intake.sources import Source, is_source
from timeslice.sandbox import Patience, ReaderStoppedError, apart
from timeslice.untrusted import one_line

SOURCE_MAX = 1 << 20  # bytes of one source
SOURCES_MAX = 8 << 20  # bytes of all sources of one submission
FILES_MAX = 200
NAME_MAX = 200  # characters of a source's path; the kit makes files with longer names from it
_SAFE_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_LITTER = {"__MACOSX"}  # folders that archivers add by themselves


@dataclass(frozen=True)
class Intake:
    """The sources of a submission, and notes for a reader."""

    handed_in: tuple[str, ...]
    notes: tuple[str, ...]


def take(source: Source, patterns: Sequence[str], tree: Path) -> Intake:
    """Write the sources of ``source`` to ``tree``, an empty folder.

    Raises IntakeError (one line) if the submission is broken, hostile or too large, or holds nothing to grade."""
    if source.fault:
        raise IntakeError(source.fault)
    chosen = _Choice(source.name, patterns)
    for member in members(source.path):
        chosen.consider(member)
    files, notes = chosen.settle()
    for name, content in files.items():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return Intake(tuple(sorted(files)), tuple(notes))


def take_apart(source: Source, patterns: Sequence[str], tree: Path, patience: Patience) -> Intake:
    """``take`` in a process of its own, with limits of time and memory. The time that it uses is spent from
    ``patience``.

    Raises IntakeError also if it reaches its limits."""
    try:
        return apart(partial(take, source, patterns, tree), patience)
    except ReaderStoppedError as stopped:
        told = f"{one_line(source.name)} was not read, because {stopped}"
        raise IntakeError(f"{told}: hand in only your sources") from None


class _Choice:
    """Chooses a submission's sources in one pass, before it knows whether there is a wrapping folder."""

    def __init__(self, label: str, patterns: Sequence[str]) -> None:
        self._label = label
        self._patterns = patterns
        self._folders = {pattern.split("/")[0] for pattern in patterns}
        self._places: dict[str, bool] = {}  # wrapping folder ("": none) -> whether a source was seen in it
        self._contents: dict[str, bytes] = {}
        self._odd: list[str] = []  # in the place of a source, but a link, a special file or with a bad name
        self._others: list[str] = []
        self._size = 0

    def consider(self, member: Member) -> None:
        """If the member may be a source, keep its bytes. Otherwise keep its name for a note."""
        first, _, rest = member.name.partition("/")
        if first in _LITTER or not member.name:
            return
        inner = ""
        for wrapper, path in (("", member.name), (first, rest)):
            if path.partition("/")[0] in self._folders and (member.kind == FOLDER or "/" in path):
                self._places.setdefault(wrapper, False)
            if member.kind != FOLDER and is_source(path, self._patterns):
                self._places[wrapper] = True
                inner = path
        if member.kind == FOLDER:
            return
        if not inner:
            self._others.append(member.name)
        elif member.kind != FILE:
            self._odd.append(f"{one_line(member.name)} (a {member.kind})")
        elif not all(_SAFE_PART.fullmatch(part) for part in inner.split("/")):
            self._odd.append(f"{one_line(member.name)} (its name has characters other than a-z, A-Z, 0-9, . _ + and -)")
        elif len(inner) > NAME_MAX:
            self._odd.append(f"{one_line(member.name)} (its name is longer than {NAME_MAX} characters)")
        else:
            self._keep(member)

    def _keep(self, member: Member) -> None:
        name = one_line(member.name)
        if member.name in self._contents:
            raise IntakeError(f"{self._label} holds {name} twice: hand in only one of them")
        content = b"" if member.size > SOURCE_MAX else member.read(SOURCE_MAX + 1)
        if max(member.size, len(content)) > SOURCE_MAX:
            raise IntakeError(f"{self._label}: {name} is larger than {SOURCE_MAX >> 20} MiB: hand in smaller sources")
        self._contents[member.name] = content
        self._size += len(content)
        if self._size > SOURCES_MAX or len(self._contents) > FILES_MAX:
            limits = f"{FILES_MAX} sources or {SOURCES_MAX >> 20} MiB of sources"
            raise IntakeError(f"{self._label} has more than {limits}: hand in only your own sources")

    def settle(self) -> tuple[dict[str, bytes], list[str]]:
        """The sources by their path in the tree, and the notes. Raises IntakeError if more than one answer fits."""
        wrapper = self._wrapper()
        prefix = f"{wrapper}/" if wrapper else ""
        files = {n.removeprefix(prefix): c for n, c in self._contents.items() if n.startswith(prefix)}
        files = {name: content for name, content in files.items() if is_source(name, self._patterns)}
        elsewhere = [n for n in self._contents if n.removeprefix(prefix) not in files]
        notes = [f"ignored: {odd}" for odd in self._odd[:20]]
        if self._others or elsewhere:
            notes.append(f"ignored, not sources of this assignment: {_some(sorted(self._others + elsewhere))}")
        return files, notes

    def _wrapper(self) -> str:
        for places in ([w for w, has_source in self._places.items() if has_source], list(self._places)):
            if "" in places:
                return ""
            if len(places) == 1:
                return places[0]
            if places:
                raise IntakeError(f"{self._label} holds more than one submission ({_some(sorted(places))}): split it")
        wanted = " or ".join(sorted(folder + "/" for folder in self._folders))
        raise IntakeError(f"{self._label} holds nothing to grade: put your sources into a folder {wanted}")


def _some(names: Sequence[str]) -> str:
    """At most eight names, and the number of the others."""
    listed = ", ".join(one_line(name) for name in names[:8])
    return listed if len(names) <= 8 else f"{listed} and {len(names) - 8:,} more"
