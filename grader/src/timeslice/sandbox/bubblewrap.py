"""The command line of bubblewrap: which namespaces are new, and which files of the host are visible."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from timeslice.sandbox.host import DEBUG_FILES
from timeslice.sandbox.limits import Limits
from timeslice.sandbox.running import Control

HOSTNAME = "timeslice"
UID_INSIDE = 1000  # the same on every machine, so that nothing inside depends on the user who grades
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}  # noqa: S108 - the sandbox's own /tmp

_NAMESPACES = ("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts")
PRLIMIT = "/usr/bin/prlimit"
_OPTIONS = {
    resource.RLIMIT_AS: "as",
    resource.RLIMIT_CORE: "core",
    resource.RLIMIT_CPU: "cpu",
    resource.RLIMIT_FSIZE: "fsize",
    resource.RLIMIT_NOFILE: "nofile",
    resource.RLIMIT_NPROC: "nproc",
    resource.RLIMIT_STACK: "stack",
}
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")


def find() -> Path | None:
    """The bwrap program, or None if it is not installed."""
    found = shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin")
    return Path(found) if found else None


@dataclass(frozen=True)
class View:
    """What a program inside sees: files, working directory, environment."""

    loader_symbols: Path | None  # the only file in /usr/lib/debug; None shows the host's files there
    readable: Sequence[Path]
    writable: Sequence[Path]
    cwd: Path
    environment: Mapping[str, str]
    limits: Limits


def command(bwrap: Path, view: View, control: Control, argv: Sequence[str]) -> list[str]:
    """The command that runs ``argv`` in new namespaces.

    Args:
        bwrap: the program.
        view: what is visible inside.
        control: the pipes of :mod:`timeslice.sandbox.running`, and the system call filter.
        argv: the program to run and its arguments, as seen inside.
    """
    steering = ["--json-status-fd", str(control.status), "--block-fd", str(control.gate)]
    if control.filter is not None:
        steering += ["--seccomp", str(control.filter)]
    return [
        str(bwrap),
        *_NAMESPACES,
        "--unshare-cgroup-try",
        *("--uid", str(UID_INSIDE), "--gid", str(UID_INSIDE), "--hostname", HOSTNAME),
        *("--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *_mounts(view, control.files),
        *("--chdir", str(view.cwd)),
        "--clearenv",
        *(word for name, value in {**ENVIRONMENT, **view.environment}.items() for word in ("--setenv", name, value)),
        *steering,
        "--",
        *_with_limits(view.limits),
        *argv,
    ]


def _with_limits(limits: Limits) -> list[str]:
    """The start of a command line. It sets resource limits and then runs the rest of the command line.

    It runs inside, as the sandbox's user. From outside, the grader would need CAP_SYS_RESOURCE, which root may lack.
    Before bubblewrap, the process limit would also count the user's processes outside.
    """
    values = limits.resources(limits.processes + 1)  # and bubblewrap's own process in the namespace
    return [PRLIMIT, *(f"--{_OPTIONS[number]}={value}" for number, value in values.items())]


def _mounts(view: View, files: Mapping[str, int]) -> Iterable[str]:
    """The file system inside. Mounts near the root come first, because a mount hides earlier mounts below it."""
    yield from ("--ro-bind", "/usr", "/usr")
    for path in map(Path, _SYSTEM):
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    if view.loader_symbols:
        yield from ("--tmpfs", str(DEBUG_FILES), "--ro-bind", str(view.loader_symbols), str(view.loader_symbols))
        yield from ("--remount-ro", str(DEBUG_FILES))
    for name, fd in files.items():
        yield from ("--perms", "0444", "--file", str(fd), name)
    for shared in (
        "/etc/ld.so.cache",
        "/etc/alternatives",
    ):  # programs in /usr need these to find their libraries and tools
        yield from ("--ro-bind-try", shared, shared)
    yield from ("--proc", "/proc", "--dev", "/dev")
    for path in map(Path, ("/dev/shm", "/tmp")):  # noqa: S108 - the sandbox's own
        yield from ("--perms", "1777", "--size", str(view.limits.tmp_bytes), "--tmpfs", str(path))
    shown = [(path, "--ro-bind") for path in view.readable] + [(path, "--bind") for path in view.writable]
    for path, option in sorted(shown, key=lambda item: len(item[0].parts)):
        yield from (option, str(path), str(path))
    yield from ("--remount-ro", "/dev", "--remount-ro", "/")
