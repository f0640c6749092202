"""The files that a run leaves in its writable directories: measures their size and removes the dangerous ones."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

_BLOCK_BYTES = 512
_ENTRY_BYTES = 4096  # minimum for each name, so that a million empty files count too
_SHARED_DIRECTORIES = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))  # noqa: S108 - searched, not written


def disk_usage(path: Path) -> int:
    """Bytes on disk below ``path``. Files that vanish meanwhile do not count."""
    return sum(max(_ENTRY_BYTES, entry.st_blocks * _BLOCK_BYTES) for _, entry in _entries(path))


def sweep(path: Path) -> None:
    """Removes everything below ``path`` except directories and ordinary files with only one name.

    The grader reads these directories with more rights than the run had. A symbolic link, a hard link or a FIFO could
    lead it to another file, or make it wait for ever.
    """
    for file, status in _entries(path):
        plain = stat.S_ISDIR(status.st_mode) or (stat.S_ISREG(status.st_mode) and status.st_nlink == 1)
        if not plain:
            with contextlib.suppress(OSError):
                file.unlink()


def remove_owned(uid: int, keep: Iterable[Path]) -> None:
    """Removes files of user ``uid`` from the directories that all users share, except ``keep`` and its parents.

    Only for a user that belongs to this grader alone, and only if a run had no /tmp of its own.
    """
    kept = [path.resolve() for path in keep]
    for directory in _SHARED_DIRECTORIES:
        for path in directory.iterdir() if directory.is_dir() else ():
            with contextlib.suppress(OSError):
                if path.lstat().st_uid != uid or any(file.is_relative_to(path) for file in kept):
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()


def _entries(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Every name below ``path`` with its own status. Links are not followed."""
    waiting = [path]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    yield Path(entry.path), entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
