"""How much a run may use, and how it ended: the two values that go into a sandbox and come out of it."""

from __future__ import annotations

import resource
from dataclasses import dataclass

STACK_BYTES = 8 << 20  # what every Linux gives a program by default; a host's own choice must not change a verdict


@dataclass(frozen=True)
class Limits:
    """What one run may use. Seconds are wall clock or CPU time, sizes are bytes."""

    wall_seconds: float  # then the whole sandbox is killed
    cpu_seconds: int  # of each process
    memory_bytes: int  # address space of each process; of all together where there is a control group
    processes: int  # processes and threads at one time
    file_bytes: int  # length of each file, the captured output included
    descriptors: int  # open in each process
    tmp_bytes: int  # room in /tmp, and as much in /dev/shm
    address_space: bool = True  # False for AddressSanitizer, which reserves terabytes
    disk_bytes: int = 128 << 20  # in all writable directories together

    def resources(self, processes: int | None = None) -> dict[int, int]:
        """The kernel's resource limits, hard and soft alike, by their number; none above what this process has.

        Args:
            processes: the limit on a user's tasks, where that must count others than the run's own.
        """
        limits = {
            resource.RLIMIT_CPU: self.cpu_seconds,
            resource.RLIMIT_FSIZE: self.file_bytes,
            resource.RLIMIT_NOFILE: self.descriptors,
            resource.RLIMIT_NPROC: processes or self.processes,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_STACK: STACK_BYTES,
        }
        if self.address_space:
            limits[resource.RLIMIT_AS] = self.memory_bytes
        most = {number: resource.getrlimit(number)[1] for number in limits}
        return {
            number: value if most[number] == resource.RLIM_INFINITY else min(value, most[number])
            for number, value in limits.items()
        }


@dataclass(frozen=True)
class Ended:
    """How a run ended. Exactly one of ``exit_code`` and ``signal`` is set.

    A program that itself exits with 128 + n cannot be told from one killed by signal n, as in the shell.
    """

    exit_code: int | None
    signal: int | None
    timed_out: bool
    seconds: float  # wall clock
    disk_full: bool = False  # killed because its writable directories held more than ``Limits.disk_bytes``

    @classmethod
    def from_shell(cls, status: int, *, seconds: float) -> Ended:
        """From an exit status in the shell's convention, 128 + n for signal n."""
        if 128 < status <= 128 + 64:
            return cls(None, status - 128, timed_out=False, seconds=seconds)
        return cls(status, None, timed_out=False, seconds=seconds)
