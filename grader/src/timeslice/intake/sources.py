"""Finds submissions, and makes a clean folder from each: only the sources that a student may hand in.

A submission is a folder or an archive with a lab's folder in it (``udp/``), at its top or inside one wrapping folder.
A lab may have one file or many, with any names. Every other file is ignored, and a note names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from timeslice.errors import IntakeError
from timeslice.intake.members import FILE, FOLDER, Member, members
from timeslice.untrusted import one_line

SOURCE_MAX = 1 << 20  # bytes of one source
SOURCES_MAX = 8 << 20  # bytes of all sources of one submission
FILES_MAX = 200
NAME_MAX = 200  # characters of a source's path; the kit makes files with longer names from it
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_SAFE_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_LITTER = {"__MACOSX"}  # folders that archivers add by themselves


@dataclass(frozen=True)
class Source:
    """A submission that was found and not yet read: its name in reports, which no other submission has, and its path.
    ``nested``: this path alone, without the class, looks like a folder of submissions."""

    name: str
    path: Path
    nested: bool = False


@dataclass(frozen=True)
class Intake:
    """The sources of a submission, and notes for a reader."""

    handed_in: tuple[str, ...]
    notes: tuple[str, ...]


def find_sources(paths: Iterable[Path], patterns: Sequence[str], *, one: bool = False) -> list[Source]:
    """All submissions at ``paths``. Each path is a submission or a folder of submissions. With ``one``, each path is a
    submission. ``patterns`` are the labs' sources.

    Raises IntakeError if a path does not exist, or holds nothing that looks like a submission."""
    found: list[Source] = []
    taken: set[str] = set()
    for path in paths:
        for each in [_existing(path)] if one else _expand(path, patterns):
            nested = each.is_dir() and not _looks_like_one(each, patterns)
            found.append(Source(_name(each, taken), each, nested))
    return found


def _name(path: Path, taken: set[str]) -> str:
    stem = path.name if path.name not in ("", "..") else path.resolve().name
    for suffix in ARCHIVES if not path.is_dir() else ():
        stem = stem[: -len(suffix)] if stem.lower().endswith(suffix) and len(stem) > len(suffix) else stem
    name = one_line(stem)
    number = 1
    while (unique := name if number == 1 else f"{name} ({number})").casefold() in taken:
        number += 1
    taken.add(unique.casefold())
    return unique


def _existing(path: Path) -> Path:
    label = one_line(str(path))
    try:
        path.stat()
    except (OSError, ValueError) as error:
        why = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read ({error})"
        raise IntakeError(f"{label} {why}: give a folder, a .zip or a .tar archive") from error
    if not path.is_file() and not path.is_dir():
        raise IntakeError(f"{label} is neither a folder nor a file: give a folder, a .zip or a .tar archive")
    return path


def _expand(path: Path, patterns: Sequence[str]) -> list[Path]:
    if _existing(path).is_file() or _looks_like_one(path, patterns):
        return [path]
    entries = [e for e in _listing(path) if not e.name.startswith(".") and e.name not in _LITTER]
    inside = [e for e in entries if e.is_dir() or (e.is_file() and e.name.lower().endswith(ARCHIVES))]
    if not any(e.is_file() or _looks_like_one(e, patterns) or _is_wrapper(e, patterns) for e in inside):
        wanted = " or ".join(sorted({pattern.split("/")[0] + "/" for pattern in patterns}))
        raise IntakeError(
            f"{one_line(str(path))} holds no submission: put {wanted} into it, or folders or archives that hold one"
        )
    return inside


def _listing(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise IntakeError(f"{one_line(str(folder))} cannot be read ({error.strerror}): check its rights") from error


def _looks_like_one(folder: Path, patterns: Sequence[str]) -> bool:
    return folder.is_dir() and any((folder / pattern.split("/")[0]).is_dir() for pattern in patterns)


def _is_wrapper(folder: Path, patterns: Sequence[str]) -> bool:
    return folder.is_dir() and any(_looks_like_one(below, patterns) for below in _listing(folder))


def take(source: Source, patterns: Sequence[str], tree: Path) -> Intake:
    """Write the sources of ``source`` to ``tree``, an empty folder.

    Raises IntakeError (one line) if the submission is broken, hostile or too large, or holds nothing to grade."""
    chosen = _Choice(source.name, patterns)
    for member in members(source.path):
        chosen.consider(member)
    files, notes = chosen.settle()
    for name, content in files.items():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return Intake(tuple(sorted(files)), tuple(notes))


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
            if member.kind != FOLDER and _matches(path, self._patterns):
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
        files = {name: content for name, content in files.items() if _matches(name, self._patterns)}
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


def _matches(name: str, patterns: Sequence[str]) -> bool:
    parts = name.split("/")
    return any(
        len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))
        for wanted in (pattern.split("/") for pattern in patterns)
    )


def _some(names: Sequence[str]) -> str:
    """At most eight names, and the number of the others."""
    listed = ", ".join(one_line(name) for name in names[:8])
    return listed if len(names) <= 8 else f"{listed} and {len(names) - 8:,} more"
