"""Control groups: a memory and a process limit for all processes of one sandbox together.

Theory of operation
-------------------
Resource limits hold for one process (memory) or one user (processes). A control group holds for the whole sandbox,
shared memory and tmpfs pages included. The grader can make a group if it may make directories below its own place in
the hierarchy: as root, or if the service manager delegated a subtree. Version 2 has one hierarchy, with ``memory.max``
and ``pids.max``. Version 1 has one hierarchy for each controller, and other file names. We find both through
``/proc/self/mountinfo`` and ``/proc/self/cgroup``. We use both in the same way: we write a PID to ``cgroup.procs``. If
neither works, the guard is off, with the reason. Resource limits remain.

Graders in containers may see the same groups, but not each other's processes, and two of them may have the same PID. So
the name of a group has the number of the grader's PID namespace. A grader removes only groups of its own namespace.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CONTROLLERS = ("memory", "pids")
_PREFIX = "timeslice-"
_serial = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """A directory where groups for one controller can be made, in version 1 or 2 of the interface."""

    controller: str
    version: int
    directory: Path


@dataclass(frozen=True)
class Survey:
    """The places where groups can be made, and a reason for each controller without a place."""

    places: tuple[Place, ...]
    missing: Mapping[str, str]  # controller -> reason


class Group:
    """The group of one sandbox: a directory for each controller that is available."""

    def __init__(self, places: tuple[Place, ...], memory_bytes: int, processes: int) -> None:
        """Makes the directories and writes the limits.

        Args:
            places: where to make it, from :func:`survey`.
            memory_bytes: for all processes of the group together, in bytes, page cache and tmpfs included.
            processes: how many tasks (threads count) the group may have.

        Raises:
            OSError: a directory or a limit was refused. The directories made so far are removed.
        """
        name = f"{own_prefix()}{os.getpid()}-{next(_serial)}"
        self.directories: dict[str, Path] = {}
        try:
            for place in places:
                directory = place.directory / name
                directory.mkdir(exist_ok=True)  # version 2 has both controllers in one directory
                self.directories[place.controller] = directory
                _write_limits(place, directory, memory_bytes, processes)
        except OSError:
            self.remove()
            raise

    def add(self, pid: int) -> None:
        """Moves a process into the group, and so all its later children. A process that has ended is no error."""
        with contextlib.suppress(ProcessLookupError):
            for directory in set(self.directories.values()):
                (directory / "cgroup.procs").write_text(str(pid))

    def read(self, controller: str, *files: str) -> int:
        """The number in the first of these files that exists in the controller's group. 0 if there is none."""
        for file in files:
            with contextlib.suppress(OSError, ValueError, KeyError):
                return int((self.directories[controller] / file).read_text())
        return 0

    def remove(self) -> None:
        """Removes the group. Its processes must have ended: a group that is still in use stays."""
        for directory in set(self.directories.values()):
            with contextlib.suppress(OSError):
                directory.rmdir()


def own_prefix() -> str:
    """The beginning of the names of all groups that graders in this PID namespace make."""
    return f"{_PREFIX}{Path('/proc/self/ns/pid').stat().st_ino}-"


def _write_limits(place: Place, directory: Path, memory_bytes: int, processes: int) -> None:
    """Writes the limits of one controller. Swap is limited only if the kernel counts it."""
    if place.controller == "pids":
        (directory / "pids.max").write_text(str(processes))
        return
    limit, with_swap, swap_value = (
        ("memory.max", "memory.swap.max", 0)
        if place.version == 2
        else ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", memory_bytes)
    )
    (directory / limit).write_text(str(memory_bytes))
    if (directory / with_swap).exists():
        (directory / with_swap).write_text(str(swap_value))


def survey() -> Survey:
    """Finds out where groups can be made: it makes and removes a group for each controller."""
    places: list[Place] = []
    missing: dict[str, str] = {}
    for controller in CONTROLLERS:
        reason = "no mounted control group hierarchy has this controller"
        for place in _candidates(controller):
            try:
                _enable(place)
                group = Group((place,), memory_bytes=1 << 26, processes=16)
                group.remove()
            except OSError as error:
                reason = f"{error.strerror} in {place.directory}"
                continue
            places.append(place)
            break
        else:
            missing[controller] = reason
    return Survey(tuple(places), missing)


def remove_stale(places: tuple[Place, ...]) -> None:
    """Removes the groups of graders that were killed before they could do this.

    A group with processes stays. So does a group of a grader in another PID namespace: we cannot see its processes."""
    for directory in {place.directory for place in places}:
        for group in directory.glob(f"{own_prefix()}*"):
            if not Path("/proc", group.name.removeprefix(own_prefix()).partition("-")[0]).exists():
                with contextlib.suppress(OSError):
                    group.rmdir()


def _enable(place: Place) -> None:
    """In version 2, subgroups have a controller only after we switch it on for them."""
    if place.version == 2:
        control = place.directory / "cgroup.subtree_control"
        if place.controller not in control.read_text().split():
            control.write_text(f"+{place.controller}")


def _candidates(controller: str) -> Iterator[Place]:
    """Places where groups of this controller may be possible: below this process's own group."""
    own = _own_groups()
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        root, mount = before.split()[3:5]
        kind, _, options = after.split()[:3]
        if kind == "cgroup" and controller in options.split(","):
            version, path = 1, own.get(controller, "/")
        elif kind == "cgroup2":
            version, path = 2, own.get("", "/")
        else:
            continue
        inside = os.path.relpath(path, root) if path.startswith(root) else "."
        yield Place(controller, version, Path(mount) / inside)


def _own_groups() -> dict[str, str]:
    """This process's own group by controller. The key of version 2 is the empty string."""
    groups: dict[str, str] = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        groups.update(dict.fromkeys(controllers.split(","), path))
    return groups
