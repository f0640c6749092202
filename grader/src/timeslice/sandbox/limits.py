"""The limits of a run, which go into a sandbox, and the way it ended, which comes out."""

from __future__ import annotations

import resource
from dataclasses import dataclass

STACK_BYTES = 8 << 20  # the default of Linux; another setting of a host must not change a verdict


@dataclass(frozen=True)
class Limits:
    """The limits of one run. Seconds are wall clock or CPU time, sizes are bytes."""

    wall_seconds: float  # after this time, the whole sandbox is killed
    cpu_seconds: int  # of each process
    memory_bytes: int  # address space of each process; with a control group, memory of all processes together
    processes: int  # processes and threads at one time
    file_bytes: int  # length of each file, the captured output included
    descriptors: int  # open in each process
    tmp_bytes: int  # room in /tmp, and the same in /dev/shm
    address_space: bool = True  # False for AddressSanitizer, which reserves terabytes
    disk_bytes: int = 128 << 20  # in all writable directories together

    def resources(self, processes: int | None = None) -> dict[int, int]:
        """The kernel's resource limits by their number. Hard and soft limits are equal, and none is above our own.

        Args:
            processes: the limit on a user's tasks, if tasks outside of the run count too.
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

    As in the shell, an exit with 128 + n looks like a kill by signal n.
    """

    exit_code: int | None
    signal: int | None
    timed_out: bool
    seconds: float  # wall clock
    disk_full: bool = False  # killed because its writable directories held more than ``Limits.disk_bytes``
    impatient: bool = False  # killed because the patience with the submission was used up; then timed_out is set too

    @classmethod
    def from_shell(cls, status: int, *, seconds: float) -> Ended:
        """Makes it from an exit status of the shell: 128 + n means signal n."""
        if 128 < status <= 128 + 64:
            return cls(None, status - 128, timed_out=False, seconds=seconds)
        return cls(status, None, timed_out=False, seconds=seconds)
