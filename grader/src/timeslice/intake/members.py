"""Reads the members of a folder, a zip or a tar one by one. Trusts nothing that an archive says about itself.

Theory of operation: each reader yields Members. It reads a member's bytes only if the caller wants them, and never more
than the caller asks for. It counts the unpacked bytes while it reads, seeks included. So a bomb stops at the limit, not
after it. Names in an archive never become names on the disk, and links are never followed.
"""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from timeslice.errors import IntakeError, KitError
from timeslice.untrusted import one_line

ENTRIES_MAX = 10_000  # members of one submission, of every kind
UNPACKED_MAX = 64 << 20  # bytes of an unpacked tar, headers and ignored files included
DIRECTORY_MAX = 4 << 20  # bytes of a zip's table of contents
DEPTH_MAX = 3  # wrapping folder, lab's folder, file: deeper files are never taken

_DAMAGE = (
    tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, struct.error,
    ValueError, LookupError, ArithmeticError, RuntimeError,
)  # fmt: skip
# For a damaged archive, the standard library raises an OSError with one of these numbers.
_DAMAGE_NUMBERS = (None, errno.EINVAL, errno.EOVERFLOW, errno.ELOOP, errno.ENXIO)

FILE, FOLDER, LINK, SPECIAL = "file", "folder", "link", "special file"


@dataclass(frozen=True)
class Member:
    """One entry: its path with ``/`` and without ``.`` or ``..``, its kind, its declared size in bytes, and a function
    that reads its first bytes."""

    name: str
    kind: str
    size: int
    read: Callable[[int], bytes]


def members(path: Path) -> Iterator[Member]:
    """The members of the folder or archive at ``path``. Raises IntakeError (one line) if it is broken or hostile, and
    another KitError if the machine cannot read it."""
    if path.is_dir():
        return _counted(path, _folder(path))
    return _counted(path, _archive(path))


def _counted(path: Path, found: Iterator[Member]) -> Iterator[Member]:
    for number, member in enumerate(found):
        if number >= ENTRIES_MAX:
            raise IntakeError(f"{one_line(path.name)} holds more than {ENTRIES_MAX:,} files: hand in only the sources")
        yield member


def _folder(root: Path, below: str = "", depth: int = 1) -> Iterator[Member]:
    """The entries of a folder, without hidden ones, as deep as a source can be."""
    try:
        with os.scandir(root / below) as listing:
            entries = sorted(_capped(listing), key=lambda entry: entry.name)
    except OSError as error:
        raise _unreadable(one_line(str(root / below)), error, root / below) from error
    for entry in entries:
        name = below + entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            yield Member(name, LINK, 0, _nothing)
        elif entry.is_dir(follow_symlinks=False):
            yield Member(name, FOLDER, 0, _nothing)
            if depth < DEPTH_MAX:
                yield from _folder(root, name + "/", depth + 1)
        elif entry.is_file(follow_symlinks=False):
            yield Member(name, FILE, entry.stat(follow_symlinks=False).st_size, _file_reader(root / name))
        else:
            yield Member(name, SPECIAL, 0, _nothing)


def _capped(listing: Iterator[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
    """At most one entry more than the limit: we do not read a folder of a million files to its end."""
    for number, entry in enumerate(listing):
        if number > ENTRIES_MAX:
            return
        yield entry


def _file_reader(path: Path) -> Callable[[int], bytes]:
    def read(count: int) -> bytes:
        # Non-blocking, and no links: since the listing, the file may have become a FIFO or a link.
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(fd, "rb") as opened:
                if not stat.S_ISREG(os.fstat(fd).st_mode):
                    raise IntakeError(
                        f"{one_line(path.name)} is no longer a regular file: do not change files while they are graded"
                    )
                return opened.read(count)
        except OSError as error:
            raise _unreadable(one_line(path.name), error, path) from error

    return read


def _nothing(_count: int) -> bytes:
    return b""


def _archive(path: Path) -> Iterator[Member]:
    label = one_line(path.name)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise _unreadable(label, error, path) from error
    with _one_line_errors(label), raw:
        head = raw.read(512)
        raw.seek(0)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            yield from _zip(label, raw)
        else:
            yield from _tar(label, _decompressed(label, head, raw))


@contextmanager
def _one_line_errors(label: str) -> Iterator[None]:
    """Turn every exception of the standard library for a damaged archive into an IntakeError."""
    try:
        yield
    except OSError as error:
        raise _unreadable(label, error) from error
    except _DAMAGE as error:
        raise IntakeError(f"{label} is a broken archive ({one_line(str(error))}): pack it again") from error


def _unreadable(label: str, error: OSError, path: Path | None = None) -> KitError:
    """The error for a file that cannot be read: an IntakeError if the file is damaged, or if we own it and its mode
    forbids us to read it. A KitError if the machine (another owner of the file, the disk) is at fault."""
    if path and error.errno == errno.EACCES and _is_closed(path):
        return IntakeError(
            f"{label} cannot be read, because its mode forbids it: run chmod -R u+rX, and hand it in again"
        )
    why = error.strerror or one_line(str(error))
    if error.errno in _DAMAGE_NUMBERS:
        return IntakeError(f"{label} cannot be read ({why}): hand it in again")
    return KitError(f"{label} cannot be read ({why}): check its owner and its disk, and grade again")


def _is_closed(path: Path) -> bool:
    """Whether the mode of our own file or folder, or of a folder above it, forbids us to read it."""
    for place in (path, *path.parents):
        with suppress(OSError):
            status = place.stat(follow_symlinks=False)
            needed = stat.S_IRUSR | stat.S_IXUSR if stat.S_ISDIR(status.st_mode) else stat.S_IRUSR
            if status.st_uid == os.geteuid() and status.st_mode & needed != needed:
                return True
    return False


class _CappedReader(io.RawIOBase):
    """A stream that gives at most ``limit`` bytes in one read. With ``in_total``, the limit is for all reads and
    forward seeks together. ``last`` holds the bytes of the last read."""

    def __init__(self, label: str, inner: IO[bytes], limit: int, *, in_total: bool) -> None:
        super().__init__()
        self.last = b""
        self._label = label
        self._inner = inner
        self._left = limit
        self._in_total = in_total

    def _spend(self, count: int) -> None:
        if count > self._left:
            raise IntakeError(f"{self._label} unpacks to more than a submission can need: hand in only the sources")
        if self._in_total:
            self._left -= count

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._inner.tell()

    def read(self, count: int | None = -1) -> bytes:
        if count is None or count < 0:
            count = self._left + 1
        elif count > self._left:
            self._spend(count)
        self.last = self._inner.read(count)
        self._spend(len(self.last))
        return self.last

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if self._in_total and whence == io.SEEK_SET:
            self._spend(max(0, offset - self._inner.tell()))
        return self._inner.seek(offset, whence)


def _zip(label: str, raw: IO[bytes]) -> Iterator[Member]:
    # zipfile reads the whole table of contents in one read. So the limit of one read also limits the entries.
    with zipfile.ZipFile(_CappedReader(label, raw, DIRECTORY_MAX, in_total=False)) as archive:
        for info in archive.infolist():
            if info.flag_bits & 0x41:
                raise IntakeError(f"{label} is encrypted: hand it in without a password")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise IntakeError(f"{label} uses compression method {info.compress_type}: pack it with plain zip")
            # Archives from Windows may separate folders with a backslash.
            name = _inside(label, info.filename.replace("\\", "/"))
            yield Member(name, _zip_kind(info), info.file_size, _zip_reader(label, archive, info))


def _zip_kind(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.filename.endswith(("/", "\\")) or kind == stat.S_IFDIR:
        return FOLDER
    if kind == stat.S_IFLNK:
        return LINK
    return FILE if kind in (0, stat.S_IFREG) else SPECIAL


def _zip_reader(label: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(count: int) -> bytes:
        with _one_line_errors(label), archive.open(info) as opened:
            return opened.read(count)

    return read


def _decompressed(label: str, head: bytes, raw: IO[bytes]) -> IO[bytes]:
    if head.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw))
    if head.startswith(b"BZh"):
        return bz2.BZ2File(raw)
    if head.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(raw)
    if head[257:262] == b"ustar" or not head:
        return raw
    raise IntakeError(f"{label} is neither a zip nor a tar archive (plain, gz, bz2 or xz): hand in one of these")


def _tar(label: str, plain: IO[bytes]) -> Iterator[Member]:
    reader = _CappedReader(label, plain, UNPACKED_MAX, in_total=True)
    with tarfile.open(fileobj=reader, mode="r:") as archive:
        for info in archive:
            yield Member(_inside(label, info.name), _tar_kind(info), info.size, _tar_reader(label, archive, info))
    if reader.last != bytes(tarfile.BLOCKSIZE):
        raise IntakeError(f"{label} is incomplete or damaged: pack it again")
    while reader.read(1 << 16):  # a decompressor reports damage only at the end of its stream
        pass


def _tar_kind(info: tarfile.TarInfo) -> str:
    if info.isreg():
        return FILE
    if info.isdir():
        return FOLDER
    return LINK if info.issym() or info.islnk() else SPECIAL


def _tar_reader(label: str, archive: tarfile.TarFile, info: tarfile.TarInfo) -> Callable[[int], bytes]:
    def read(count: int) -> bytes:
        with _one_line_errors(label):
            opened = archive.extractfile(info)
            return opened.read(count) if opened else b""

    return read


def _inside(label: str, name: str) -> str:
    """``name`` without empty and ``.`` parts. Raises IntakeError if it leads out of the archive's folder."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
        raise IntakeError(
            f"{label} holds {one_line(name)!r}, which leads out of the archive: pack it without such paths"
        )
    return "/".join(parts)
