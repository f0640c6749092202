"""Writes the files of a report. A reader sees the complete old files or the complete new ones, never a part."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from timeslice.errors import DiskFullError, KitError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def publish(files: Mapping[Path, str], what: str = "the report") -> None:
    """Write every file under another name, then rename them all. If the disk is full, the old files stay.

    :raises DiskFullError: the disk is full
    :raises KitError: a file cannot be written for another reason
    """
    written: dict[Path, Path] = {}
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            written[path] = _write_beside(path, text)
        for path, temporary in written.items():
            temporary.replace(path)
    except OSError as error:
        problem = f"cannot write {what} to {next(iter(files)).parent} ({error.strerror})"
        if error.errno in _NO_ROOM:
            raise DiskFullError(f"{problem}: make room, or choose another folder with --out") from None
        raise KitError(f"{problem}: choose another folder with --out") from None
    finally:
        for temporary in written.values():
            with suppress(OSError):
                temporary.unlink()


def _write_beside(path: Path, text: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
