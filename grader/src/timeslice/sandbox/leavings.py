"""What a run leaves in directories that it may write: how much room it takes, and what of it is dangerous to read."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

_BLOCK_BYTES = 512
_ENTRY_BYTES = 4096  # what a name costs at least, so that a million empty files count too
_SHARED_DIRECTORIES = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))  # noqa: S108 - searched, not written


def disk_usage(path: Path) -> int:
    """Bytes on disk below ``path``; what vanishes meanwhile does not count."""
    return sum(max(_ENTRY_BYTES, entry.st_blocks * _BLOCK_BYTES) for _, entry in _entries(path))


def sweep(path: Path) -> None:
    """Removes everything below ``path`` that is no directory and no file with one name.

    The grader reads these directories with more rights than the run had: a symbolic link, a hard link or a FIFO left
    there would lead it elsewhere or make it wait for ever.
    """
    for file, status in _entries(path):
        plain = stat.S_ISDIR(status.st_mode) or (stat.S_ISREG(status.st_mode) and status.st_nlink == 1)
        if not plain:
            with contextlib.suppress(OSError):
                file.unlink()


def remove_owned(uid: int, keep: Iterable[Path]) -> None:
    """Removes what user ``uid`` left in the directories that all users share, but not ``keep`` or what leads there.

    Only for a user that belongs to nobody but this grader, and only where a run had no /tmp of its own.
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
    """Every name below ``path`` with its own status; links are not followed."""
    waiting = [path]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    yield Path(entry.path), entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
