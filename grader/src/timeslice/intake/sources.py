"""Finds the submissions among folders and archives. Nothing is read yet.

A submission is a folder or an archive with a lab's folder in it (``udp/``), at its top or inside one wrapping folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from timeslice.errors import IntakeError
from timeslice.untrusted import one_line

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_LITTER = {"__MACOSX"}  # folders that archivers add by themselves


@dataclass(frozen=True)
class Source:
    """A submission that was found and not yet read: its name in reports, which no other submission has, and its path.
    ``nested``: this path alone, without the class, looks like a folder of submissions. ``fault``: why it must not be
    read, or an empty text."""

    name: str
    path: Path
    nested: bool = False
    fault: str = ""


def find_sources(paths: Iterable[Path], patterns: Sequence[str], *, one: bool = False) -> list[Source]:
    """All submissions at ``paths``. Each path is a submission or a folder of submissions. With ``one``, each path is a
    submission. ``patterns`` are the labs' sources.

    Raises IntakeError if a path does not exist, or holds nothing that looks like a submission."""
    found: list[Source] = []
    taken: set[str] = set()
    for path in paths:
        for each in [_existing(path)] if one else _expand(path, patterns):
            nested = each.is_dir() and not _looks_like_one(each, patterns)
            fault = "" if each == path else _fault_of_link(each, path)
            found.append(Source(_name(each, taken), each, nested, fault))
    return found


def _fault_of_link(entry: Path, whole: Path) -> str:
    """Why an entry of the class ``whole`` is not graded: it is a link that leads nowhere or to another submission.

    Other links are followed, because an instructor may collect submissions by links."""
    if not entry.is_symlink():
        return ""
    label = one_line(entry.name)
    try:
        target, inside = entry.resolve(strict=True), whole.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
        return f"{label} is a link that leads nowhere: hand in a folder, a .zip or a .tar archive"
    if target.is_relative_to(inside) or inside.is_relative_to(target):
        return f"{label} is a link into the folder of all submissions: hand in a folder, a .zip or a .tar archive"
    return ""


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
    try:
        entries = [e for e in sorted(path.iterdir()) if not e.name.startswith(".") and e.name not in _LITTER]
        inside = [e for e in entries if _may_be_one(e)]
    except OSError as error:
        raise IntakeError(f"{one_line(str(path))} cannot be read ({error.strerror}): check its rights") from error
    if not any(not e.is_dir() or _looks_like_one(e, patterns) or _is_wrapper(e, patterns) for e in inside):
        wanted = " or ".join(sorted({pattern.split("/")[0] + "/" for pattern in patterns}))
        raise IntakeError(
            f"{one_line(str(path))} holds no submission: put {wanted} into it, or folders or archives that hold one"
        )
    return inside


def _may_be_one(entry: Path) -> bool:
    """A folder, an archive, or a link that leads nowhere: the report should name it."""
    archive = entry.is_file() and entry.name.lower().endswith(ARCHIVES)
    return archive or entry.is_dir() or (entry.is_symlink() and not entry.exists())


def _looks_like_one(folder: Path, patterns: Sequence[str]) -> bool:
    with suppress(PermissionError):  # intake says what is wrong with it
        return folder.is_dir() and any((folder / pattern.split("/")[0]).is_dir() for pattern in patterns)
    return False


def _is_wrapper(folder: Path, patterns: Sequence[str]) -> bool:
    with suppress(PermissionError):
        return folder.is_dir() and any(_looks_like_one(below, patterns) for below in sorted(folder.iterdir()))
    return False


def is_source(name: str, patterns: Sequence[str]) -> bool:
    parts = name.split("/")
    return any(
        len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))
        for wanted in (pattern.split("/") for pattern in patterns)
    )
