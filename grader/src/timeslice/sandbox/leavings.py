"""The files that a run leaves in its writable directories: measures their size and removes the dangerous ones.

Theory of operation: a run can make a tree of thousands of levels, where no path reaches the end. So we walk by
descriptors, one name at a time, in a loop. To remove such a tree, we move each folder to the top before we empty it.
Then two descriptors are enough for any depth, and the cost is linear.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

DEPTH_MAX = 64  # folders below each other; no test makes so many, and each costs the walk two descriptors
_BLOCK_BYTES = 512
_ENTRY_BYTES = 4096  # minimum for each name, so that a million empty files count too
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_IPC_RMID = 0
_VANISHED = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)  # a run replaced the folder meanwhile
_SHARED_DIRECTORIES = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))  # noqa: S108 - searched, not written


@dataclass(frozen=True)
class _Entry:
    """One name below a directory, and its own status. ``closed``: a folder into which the walk cannot go."""

    folder: int  # descriptor of the directory that holds it, open until the next step of the walk
    name: str
    status: os.stat_result
    closed: bool = False


def holds_more(paths: Sequence[Path], limit: int) -> bool:
    """Whether the files below all ``paths`` together need more than ``limit`` bytes on disk.

    A folder that cannot be read counts as full, and so does one below ``DEPTH_MAX`` others: nobody knows what is in it.
    The cost is bounded, because every name counts and the walk ends at the limit."""
    left = limit
    try:
        for entry in (entry for path in paths for entry in _walk(path)):
            left -= max(_ENTRY_BYTES, entry.status.st_blocks * _BLOCK_BYTES)
            if entry.closed or left < 0:
                return True
    except PermissionError:  # one of the paths itself
        return True
    return False


def sweep(path: Path) -> None:
    """Removes everything below ``path`` except directories and ordinary files with only one name.

    The grader reads these directories with more rights than the run had. A symbolic link, a hard link or a FIFO could
    lead it to another file, or make it wait for ever. Folders below ``DEPTH_MAX`` others are removed with their files,
    and so are folders that cannot be read.
    """
    if path.stat().st_mode & stat.S_IRWXU != stat.S_IRWXU:
        path.chmod(stat.S_IRWXU)
    for entry in _walk(path):
        mode = entry.status.st_mode
        with contextlib.suppress(OSError):
            if entry.closed:
                _remove(entry.folder, entry.name)
            elif not (stat.S_ISDIR(mode) or (stat.S_ISREG(mode) and entry.status.st_nlink == 1)):
                os.unlink(entry.name, dir_fd=entry.folder)


def remove_tree(path: Path) -> None:
    """Removes a directory with everything in it, at any depth and with any permissions.

    Raises:
        OSError: something in it cannot be removed.
    """
    parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _remove(parent, path.name)
    finally:
        os.close(parent)


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
                    remove_tree(path)
                else:
                    path.unlink()


class _Level:
    """A directory that is open for the walk."""

    def __init__(self, name: str | Path, folder: int | None = None) -> None:
        self.descriptor = os.open(name, _FOLDER, dir_fd=folder)
        self.entries = os.scandir(self.descriptor)

    def close(self) -> None:
        self.entries.close()
        os.close(self.descriptor)


def remove_ipc(uid: int) -> None:
    """Removes the System V memory, semaphores and queues of user ``uid``, for a run without a namespace of its own."""
    libc = ctypes.CDLL(None)
    for number in ipc_objects("shm", {uid}):
        libc.shmctl(number, _IPC_RMID, None)
    for number in ipc_objects("sem", {uid}):
        libc.semctl(number, 0, _IPC_RMID)
    for number in ipc_objects("msg", {uid}):
        libc.msgctl(number, _IPC_RMID, None)


def ipc_objects(kind: str, uids: Collection[int]) -> list[int]:
    """The numbers of the System V objects of a kind (``shm``, ``sem`` or ``msg``) that some users made."""
    try:
        heading, *rows = (line.split() for line in Path(f"/proc/sysvipc/{kind}").read_text("ascii").splitlines())
    except (OSError, ValueError):
        return []
    creator, number = heading.index("cuid"), 1  # the first column is the key
    return [int(row[number]) for row in rows if int(row[creator]) in uids]


def _walk(path: Path) -> Iterator[_Entry]:
    """Every name below ``path``. Links are not followed. Names that vanish meanwhile are left out."""
    levels = [_Level(path)]
    try:
        while levels:
            entry = next(levels[-1].entries, None)
            if entry is None:
                levels.pop().close()
                continue
            with contextlib.suppress(FileNotFoundError):
                found = _Entry(levels[-1].descriptor, entry.name, entry.stat(follow_symlinks=False))
                yield found
                if stat.S_ISDIR(found.status.st_mode):
                    try:
                        levels.append(_below(found, len(levels)))
                    except OSError as error:
                        if error.errno not in _VANISHED:
                            yield replace(found, closed=True)
    finally:
        for level in levels:
            level.close()


def _below(entry: _Entry, depth: int) -> _Level:
    if depth >= DEPTH_MAX:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), entry.name)
    return _Level(entry.name, entry.folder)


def _remove(folder: int, name: str) -> None:
    """Removes the directory ``name`` in the open directory ``folder``, with everything in it."""
    top = _opened(folder, name)
    try:
        waiting: list[str] = []
        _empty(top, top, waiting)
        while waiting:
            moved = waiting.pop()
            with contextlib.suppress(OSError):  # then the last line fails too
                inner = _opened(top, moved)
                try:
                    _empty(inner, top, waiting)
                finally:
                    os.close(inner)
                os.rmdir(moved, dir_fd=top)
    finally:
        os.close(top)
    os.rmdir(name, dir_fd=folder)


def _empty(folder: int, top: int, waiting: list[str]) -> None:
    """Unlinks the files of an open directory, and moves its folders to ``top``. Their names there go to ``waiting``."""
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            try:
                os.unlink(name, dir_fd=folder)
            except IsADirectoryError:
                waiting.append(name if folder == top else _moved(folder, name, top))


def _moved(folder: int, name: str, top: int) -> str:
    """Moves a folder to ``top``, and returns its name there. It must be writable, because its ``..`` changes."""
    _make_open(folder, name)
    moved = secrets.token_hex(8)
    os.rename(name, moved, src_dir_fd=folder, dst_dir_fd=top)
    return moved


def _opened(folder: int, name: str) -> int:
    """A descriptor of the directory ``name`` in ``folder``. A hostile run may have left it without permissions."""
    _make_open(folder, name)
    return os.open(name, _FOLDER, dir_fd=folder)


def _make_open(folder: int, name: str) -> None:
    """Gives a directory the permissions that we need to empty it. We are its owner, or root. Follows no link."""
    place = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.chmod(f"/proc/self/fd/{place}", stat.S_IRWXU)
    finally:
        os.close(place)
