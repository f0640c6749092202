"""Reads files that a submission's processes could have put in place of what we expect there."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def read_ordinary(path: Path, limit: int) -> bytes:
    """At most ``limit`` bytes of an ordinary file; nothing of what is missing, a link, a pipe, a device or a folder."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(limit) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return b""
