"""The sandbox: where everything of a submission is compiled and run.

Theory of operation
-------------------
Whatever a student hands in is treated as written by somebody who wants the grade, the tests, or the machine. So one
sandbox is made for a build and one for a run, by ``bubblewrap``, without privileges: as root the grader first becomes
a user that owns nothing, for root is bound by no process limit. The kernel does the guarding; nothing here depends on
what the program inside chooses to do. Each guard, what it stops, and what it does not:

==================  ========================================================  ========================================
guard               stops                                                     does not stop
==================  ========================================================  ========================================
namespaces          seeing or signalling other processes, shared memory and   using what is inside its own
                    queues of the host, becoming root by a new namespace
network             all traffic but a loopback of its own, which is up;       traffic among its own processes
                    abstract sockets of the host too
files               reading the grader, the tests' sources, other             reading /usr, and what it was shown
                    submissions, homes, /etc, /var, /sys
read-only           changing the system or the root of its own view           writing where it was allowed to
tmp                 filling the host's memory or disk by /tmp or /dev/shm;    filling both to their size
                    leaving anything for the next run
privileges          setuid programs, capabilities                             a hole in the kernel
system calls        ptrace, foreign memory, mounts, new namespaces, bpf,      the calls that every program makes
                    io_uring, keyrings, foreign architectures ...
environment         learning or inheriting anything from the grader's         what is set on purpose
descriptors         reaching the grader's files and sockets                   the pipe for records, where it is passed
limits              one process using too much CPU time, memory, file         many processes together using a lot of
                    length or descriptors; a fork bomb; core dumps            memory: see the group
group memory, pids  all processes together using too much, tmpfs included     (off where groups cannot be made)
end                 anything living longer than the run: the watchdog kills   (nothing: a PID namespace ends with its
                    the namespace, and it dies with the grader too            first process)
==================  ========================================================  ========================================

Two more need no namespace: output goes to files as long as a file may be, never to a pipe that a daemon could hold
open, and writable directories are watched for their size (every quarter of a second: not a hard limit, and a file
that was unlinked while open is not seen) and swept of links and FIFOs before the grader reads them.

Paths are the same inside and outside, so that the same commands run where bubblewrap cannot work: then a supervisor
of our own (``supervisor.py``) sets limits, drops rights and ends everything, without the guards that need namespaces.

Which guards are on is measured by running experiments inside (``guards.py``, ``inside.py``) once a process.
``box`` is the interface; ``running`` a run's life; ``bubblewrap`` and ``fallback`` the two ways to start one;
``seccomp``, ``cgroup``, ``limits`` and ``host`` what their names say; ``leavings`` what a run may leave behind.
"""

from timeslice.errors import SandboxError
from timeslice.sandbox.box import Sandbox
from timeslice.sandbox.guards import probe
from timeslice.sandbox.limits import Ended, Limits
from timeslice.sandbox.running import Running

__all__ = ["Ended", "Limits", "Running", "Sandbox", "SandboxError", "probe"]
