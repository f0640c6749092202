"""What a sandbox uses of the host: a user, a place for staging, and a few system files."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import NoteSection
from elftools.elf.segments import InterpSegment

from timeslice.errors import SandboxError
from timeslice.sandbox.leavings import remove_tree
from timeslice.untrusted import STAGE_PREFIX

# User ids from here on belong to no person and no service (systemd's "Users, Groups, UIDs and GIDs": unused range).
FIRST_UID = 2_000_000_000
_MOST_PIDS = 1 << 22  # PID_MAX_LIMIT of linux/threads.h
_RUNS_AT_ONCE = 32
_SECONDS_TO_LOCK = 60  # a younger directory may not have been locked yet

DEBUG_FILES = Path("/usr/lib/debug")

ETC_FILES = {
    "passwd": "student:x:1000:1000::/tmp:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
    "group": "student:x:1000:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "host.conf": "multi on\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n",
    "protocols": "ip 0 IP\nicmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\n",
}  # of the sandbox: names for its user and for localhost, and no other host


@dataclass(frozen=True)
class Identity:
    """The user and group of a sandbox on the host. ``dropped``: the grader is root, and the sandbox is not."""

    uid: int
    gid: int
    dropped: bool

    @classmethod
    def choose(cls) -> Identity:
        """Root gets a user for this grader process, because process limits do not hold for root. Other users stay."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), dropped=False)
        return cls(FIRST_UID + os.getpid(), FIRST_UID + os.getpid(), dropped=True)

    def for_run(self, number: int) -> Identity:
        """A user for one run only. Without namespaces, two runs of one user would count and see each other."""
        if not self.dropped:
            return self
        return replace(self, uid=self.gid + _MOST_PIDS * (1 + number % _RUNS_AT_ONCE))

    def become(self) -> list[str]:
        """The start of a command line that runs the rest of it as this user.

        This is twice as fast as ``subprocess`` with ``user=``, which must fork the whole grader.
        """
        ids = f"--reuid={self.uid}", f"--regid={self.gid}"
        return ["/usr/bin/setpriv", *ids, "--clear-groups", "--"] if self.dropped else []

    def share(self, path: Path, mode: int) -> None:
        """Gives ``path`` the sandbox's group and this ``mode``. Nobody else is in that group."""
        if self.dropped:
            os.chown(path, -1, self.gid)
        path.chmod(mode)

    def give(self, path: Path) -> None:
        """Makes the sandbox's user the owner of a directory or file that it may write."""
        if self.dropped:
            os.chown(path, self.uid, self.gid)


@contextmanager
def staging(identity: Identity) -> Iterator[Path]:
    """A new directory that the sandbox's user can reach, even if the repository is below ``/root``.

    Everybody must be able to read its files (mode 644 or 755). The mode of the directory itself keeps all other users
    out. It is removed at the end, with everything in it.

    Raises:
        SandboxError: there is no usable directory for temporary files.
    """
    try:
        path = Path(tempfile.mkdtemp(prefix=f"{STAGE_PREFIX}{os.getpid()}_", dir=_temporary(identity)))
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise SandboxError(
            f"cannot make a staging directory ({error.filename}: {error.strerror}): set TMPDIR to another directory"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tells remove_stale that the owner lives
        identity.share(path, 0o750 if identity.dropped else 0o700)
        yield path
    finally:
        remove_tree(path)
        os.close(lock)


def remove_stale(identity: Identity) -> None:
    """Removes the staging directories of graders that were killed before they could do this."""
    for path in _temporary(identity).glob(f"{STAGE_PREFIX}*"):
        with contextlib.suppress(OSError):  # somebody else's, or in use
            status = path.lstat()
            if status.st_uid != os.geteuid() or time.time() - status.st_mtime < _SECONDS_TO_LOCK:
                continue
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove_tree(path)
            finally:
                os.close(lock)


def _temporary(identity: Identity) -> Path:
    """The directory for temporary files: the user's choice, if the sandbox's user can reach it."""
    for candidate in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108 - mkdtemp in it
        if candidate.is_dir() and (not identity.dropped or reachable(candidate)):
            return candidate.resolve()
    raise SandboxError("an ordinary user can reach no directory for temporary files: set TMPDIR to one")


def reachable(path: Path) -> bool:
    """Whether a user who owns nothing can reach ``path``."""
    return all(directory.stat().st_mode & stat.S_IXOTH for directory in (path.resolve(), *path.resolve().parents))


def interpreter() -> Path | None:
    """A Python for the probe: the sandbox can see it and its user can run it. None if there is none."""
    own = Path(sys.base_prefix).resolve() / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (own, Path("/usr/bin/python3")):
        if candidate.is_relative_to("/usr") and candidate.exists():
            return candidate
    return None


def loader_symbols() -> Path | None:
    """The debug file of the dynamic loader, or None if it is not installed.

    Valgrind cannot start without the loader's symbols. If it finds those of libc, it reads them for a fifth of a
    second. So the sandbox shows only this file in ``/usr/lib/debug``.
    """
    loader = _loader()
    build_id = _build_id(loader) if loader else ""
    path = DEBUG_FILES / ".build-id" / build_id[:2] / f"{build_id[2:]}.debug"
    return path if build_id and path.exists() else None


def _loader() -> Path | None:
    """The dynamic loader that the program header of the shell names."""
    with Path("/bin/sh").open("rb") as file:
        for segment in ELFFile(file).iter_segments("PT_INTERP"):
            assert isinstance(segment, InterpSegment)  # noqa: S101 - what pyelftools makes of PT_INTERP
            return Path(segment.get_interp_name()).resolve()
    return None


def _build_id(program: Path) -> str:
    """The build-id of an ELF file in hexadecimal digits. Empty if it has none."""
    with program.open("rb") as file:
        section = ELFFile(file).get_section_by_name(".note.gnu.build-id")
        notes = section.iter_notes() if isinstance(section, NoteSection) else ()
        return next((str(note["n_desc"]) for note in notes if note["n_type"] == "NT_GNU_BUILD_ID"), "")
