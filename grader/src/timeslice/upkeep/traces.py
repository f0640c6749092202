"""Finds the traces that this process's runs leave on the machine, seen from outside."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from timeslice.sandbox import Sandbox
from timeslice.sandbox.cgroup import own_prefix
from timeslice.sandbox.leavings import ipc_objects

_PLACES = ("/tmp", "/dev/shm", "/var/tmp", "/proc")  # noqa: S108 - looked at, not written
_SOCKETS = ("tcp", "tcp6", "udp", "udp6", "raw", "raw6", "icmp", "icmp6")
_RUNS = 32  # users that the runs of one sandbox may have


@dataclass(frozen=True)
class Traces:
    """The traces of a sandbox's runs: control groups, files, processes, sockets and System V objects of their users,
    and the grader's own descriptors, mounts, children and temporary files."""

    groups: frozenset[str]
    files: frozenset[str]  # and processes, as folders of /proc
    shared: frozenset[str]
    sockets: frozenset[str]
    descriptors: int
    mounts: frozenset[str]
    children: int
    temporary: frozenset[str]


def traces(sandbox: Sandbox) -> Traces:
    """The traces now. They are equal before and after a run that leaves nothing behind."""
    users = {sandbox.identity.uid} | {sandbox.identity.for_run(number).uid for number in range(_RUNS)}
    places = dict.fromkeys(map(Path, (*_PLACES, tempfile.gettempdir())))
    found = {str(path) for place in places for path in _listed(place) if _owner(path) in users}
    if not sandbox.identity.dropped:  # then the user's other files are in the list too
        found = {path for path in found if _is_stage(Path(path))}
    groups = {str(path) for at in sandbox.groups.places for path in at.directory.glob(f"{own_prefix()}{os.getpid()}-*")}
    own = sandbox.identity.dropped
    return Traces(
        groups=frozenset(groups),
        files=frozenset(found),
        shared=frozenset(_shared(users) if own else ()),
        sockets=frozenset(_sockets(users) if own else ()),
        descriptors=len(os.listdir("/proc/self/fd")),
        mounts=frozenset(Path("/proc/self/mountinfo").read_text("utf-8").splitlines()),
        children=len(_children()),
        temporary=frozenset(str(path) for path in _listed(Path(tempfile.gettempdir())) if _is_stage(path)),
    )


def _is_stage(path: Path) -> bool:
    return path.name.startswith(f"timeslice-stage-{os.getpid()}_")


def _listed(place: Path) -> list[Path]:
    with suppress(OSError):
        return list(place.iterdir())
    return []


def _owner(path: Path) -> int:
    try:
        return path.stat(follow_symlinks=False).st_uid
    except OSError:  # it has just ended
        return 0


def _shared(users: Collection[int]) -> Iterator[str]:
    """The System V objects of some users."""
    for kind in ("shm", "sem", "msg"):
        yield from (f"{kind} {number}" for number in ipc_objects(kind, users))


def _sockets(users: Collection[int]) -> Iterator[str]:
    """The sockets of some users in our network namespace, with protocol, address and port."""
    for protocol in _SOCKETS:
        with suppress(OSError):
            for line in Path(f"/proc/self/net/{protocol}").read_text("ascii").splitlines()[1:]:
                fields = line.split()
                if int(fields[7]) in users:
                    yield f"{protocol} {fields[1]}"


def _children() -> list[str]:
    """The processes that this process started or adopted, ended ones too."""
    with suppress(OSError):
        tasks = os.listdir("/proc/self/task")
        return [pid for task in tasks for pid in Path(f"/proc/self/task/{task}/children").read_text("ascii").split()]
    return []
