"""The sandbox: all code of a submission is compiled and run in it.

Theory of operation
-------------------
We treat each submission as if its author wanted to steal the grade, the tests, or the machine. So each build and each
run gets its own sandbox. ``bubblewrap`` makes it, without privileges. If the grader is root, it first becomes a user
that owns nothing, because process limits do not hold for root. The kernel enforces the guards. Nothing here depends on
what the program inside does. Each guard, what it stops, and what it does not:

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
group memory, pids  all processes together using too much, tmpfs included     (off if groups cannot be made)
end                 processes that live longer than the run: the watchdog     (nothing: a PID namespace ends with its
                    kills the namespace, and it dies with the grader too      first process)
==================  ========================================================  ========================================

Two more guards need no namespace. Output goes to files with a size limit, never to a pipe, which a daemon could hold
open. The size of writable directories is checked every quarter of a second. This is not a hard limit, and it does not
see a file that was unlinked while open. Links and FIFOs in these directories are removed before the grader reads them.

Paths are the same inside and outside. So the same commands run on machines where bubblewrap cannot work. There, our own
supervisor (``supervisor.py``) sets limits, drops rights and ends all processes. Guards that need namespaces are off.

Once in each grader process, experiments inside a sandbox measure which guards are on (``guards.py``, ``inside.py``).
``box`` is the interface, ``running`` is the life of a run, ``bubblewrap`` and ``fallback`` are the two ways to start
one. ``leavings`` handles the files that a run leaves behind. ``meter`` counts the time that a submission uses.
``reading`` limits our own code while it reads what a submission gave us.
The other modules do what their names say.
"""

from timeslice.errors import SandboxError
from timeslice.sandbox.box import Sandbox
from timeslice.sandbox.guards import probe
from timeslice.sandbox.limits import Ended, Limits
from timeslice.sandbox.meter import Patience
from timeslice.sandbox.reading import ReaderStoppedError, apart
from timeslice.sandbox.running import Running

__all__ = ["Ended", "Limits", "Patience", "ReaderStoppedError", "Running", "Sandbox", "SandboxError", "apart", "probe"]
