"""Finds the traces that this process's runs leave on the machine, seen from outside."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from timeslice.sandbox import Sandbox
from timeslice.sandbox.cgroup import own_prefix

_PLACES = tuple(map(Path, ("/tmp", "/dev/shm", "/var/tmp", "/proc")))  # noqa: S108 - looked at, not written
_RUNS = 32  # users that the runs of one sandbox may have


@dataclass(frozen=True)
class Traces:
    """The traces of a sandbox's runs: control groups, files and processes of their users, and our descriptors."""

    groups: frozenset[str]
    files: frozenset[str]
    descriptors: int


def traces(sandbox: Sandbox) -> Traces:
    """The traces now. They are equal before and after a run that leaves nothing behind."""
    users = {sandbox.identity.uid} | {sandbox.identity.for_run(number).uid for number in range(_RUNS)}
    found = {str(path) for place in _PLACES for path in place.iterdir() if _owner(path) in users}
    if not sandbox.identity.dropped:  # then the user's other files are in the list too
        found = {path for path in found if f"/timeslice-stage-{os.getpid()}_" in path}
    groups = {str(path) for at in sandbox.groups.places for path in at.directory.glob(f"{own_prefix()}{os.getpid()}-*")}
    return Traces(frozenset(groups), frozenset(found), len(os.listdir("/proc/self/fd")))


def _owner(path: Path) -> int:
    try:
        return path.stat(follow_symlinks=False).st_uid
    except OSError:  # it has just ended
        return 0
