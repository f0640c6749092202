"""One run in a sandbox, from its start to the death of its last process.

Theory of operation
-------------------
A launcher is started with two pipes. The launcher is ``bwrap``, or ``supervisor.py`` if bubblewrap cannot work. On the
*status* pipe it writes the PID of the first process inside, and later the exit status. All processes inside descend
from that first process. At the *gate* the launcher waits before the program starts. In that time, we put the first
process into its control group.

Each run has its own thread. The thread starts the launcher, watches the deadline and the disk space, and ends after the
last process of the run. It also counts what the run uses of the patience with its submission.
This thread itself must start the launcher. The reason is the kernel's parent-death signal,
which ends a sandbox when its grader is killed: the signal follows the starting *thread*. The thread waits on pidfds, so
a reused PID or a full pipe cannot mislead it. The first process of a PID namespace becomes waitable only when all
others in the namespace are gone. That moment is the end of the run, not the end of the program. The grader is a child
subreaper. So it can reap that process even if the launcher ended before, because not every machine's init does that.

Then the control group is removed. From the writable directories, everything is removed that is not an ordinary file or
a directory. The grader reads them with more rights, and a link or a FIFO there could lead it to another file.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from timeslice.errors import SandboxError
from timeslice.sandbox.cgroup import Group
from timeslice.sandbox.leavings import holds_more, sweep
from timeslice.sandbox.limits import Ended, Limits
from timeslice.sandbox.meter import Meter, Patience

_DISK_CHECK_SECONDS = 0.25
_ERROR_TEXT_BYTES = 2000
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Control:
    """The launcher's descriptors: its ends of the control pipes, and anonymous files that it uses."""

    status: int
    gate: int
    filter: int | None  # the system call filter
    files: Mapping[str, int]  # files to show inside, by their path inside

    def all(self) -> list[int]:
        return [fd for fd in (self.status, self.gate, self.filter, *self.files.values()) if fd is not None]


@dataclass(frozen=True)
class Launch:
    """Everything that a run needs besides its pipes."""

    command: Callable[[Control], list[str]]
    stop_signal: int  # ends the launcher and all below it
    limits: Limits
    patience: Patience | None  # what this run shares with the other runs of a submission
    group: Callable[[], Group | None]
    filter: bytes | None
    files: Mapping[str, bytes]
    stdout: Path
    stderr: Path
    writable: Sequence[Path]
    pass_fds: Sequence[int]
    clean_up: Callable[[], None]


class Running:
    """A run in progress. As a context manager, it kills all that is left at the end of the block."""

    def __init__(self, launch: Launch) -> None:
        """Starts the run, and returns when the program inside may start.

        Raises:
            SandboxError: the launcher did not start, or did not reach the gate.
        """
        self._launch = launch
        self._let_go = threading.Event()
        self._over = threading.Event()
        self._stop = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._lock = threading.Lock()
        self._ended: Ended | None = None
        self._error: SandboxError | None = None
        self._timed_out = self._disk_full = self._killed = self._impatient = False
        self._meter: Meter | None = None
        self.group: Group | None = None
        self.pids: tuple[int, ...] = ()  # launcher, first process inside
        self._thread = threading.Thread(target=self._live, name="sandbox", daemon=True)
        self._thread.start()
        self._let_go.wait()
        if self._error:
            raise self._error

    def poll(self) -> Ended | None:
        """How the run ended, or None while a process of it lives.

        Raises:
            SandboxError: the sandbox failed before the program started.
        """
        if not self._over.is_set():
            return None
        if self._error:
            raise self._error
        return self._ended

    def wait(self) -> Ended:
        """Waits until no process of the run lives. The deadline in its limits bounds the wait.

        Raises:
            SandboxError: the sandbox failed before the program started.
        """
        self._thread.join()
        ended = self.poll()
        assert ended is not None  # noqa: S101 - set before the event
        return ended

    def kill(self) -> None:
        """Kills everything inside, and returns at once. Does nothing to a run that has ended."""
        with self._lock:
            if self._stop >= 0:
                os.eventfd_write(self._stop, 1)

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._thread.join()

    # ---- the thread of the run ----

    def _live(self) -> None:
        """The whole life of the run. Every way out sets both events."""
        try:
            with contextlib.ExitStack() as stack:
                self._follow(stack)
        except SandboxError as error:
            self._error = error
        except (OSError, ValueError) as error:
            self._error = SandboxError(f"the sandbox did not start: {error}")
        finally:
            with self._lock:
                os.close(self._stop)
                self._stop = -1
            self._over.set()
            self._let_go.set()

    def _follow(self, stack: contextlib.ExitStack) -> None:
        """Starts the launcher, opens the gate, and waits for the end."""
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        launcher, status, gate = self._start(stack)
        inside = self._first_process(launcher, status)
        self.pids = (launcher.pid, inside)
        alive = _pidfds(stack, launcher=launcher.pid, inside=inside)
        self._limit(stack, inside)
        started = time.monotonic()
        self._meter = Meter(inside)
        with contextlib.suppress(BrokenPipeError):  # it failed before the gate
            os.write(gate, b"\0")
        self._let_go.set()
        self._watch(alive, started + self._launch.limits.wall_seconds)
        code = launcher.wait()
        with contextlib.suppress(ChildProcessError):  # it is our child if the launcher ended first
            os.waitpid(inside, 0)
        self._ended = self._outcome(_exit_status(status), code, time.monotonic() - started)

    def _start(self, stack: contextlib.ExitStack) -> tuple[subprocess.Popen[bytes], int, int]:
        """Starts the launcher. Only its output, its control pipes and the descriptors in ``pass_fds`` are open in it.

        Returns:
            The launcher, and the grader's ends of the status pipe and of the gate.
        """
        launch = self._launch
        with contextlib.ExitStack() as given:  # descriptors that the launcher has when it runs
            status, status_end = _pipe(stack, given)
            gate, gate_end = _pipe(stack, given, writing=True)
            loaded = None if launch.filter is None else _memory_file(given, launch.filter)
            files = {path: _memory_file(given, data) for path, data in launch.files.items()}
            control = Control(status_end, gate_end, loaded, files)
            out = _output(given, launch.stdout)
            err = out if launch.stderr == launch.stdout else _output(given, launch.stderr)
            launcher = subprocess.Popen(
                launch.command(control),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={},
                cwd="/",
                pass_fds=[*control.all(), *launch.pass_fds],
                start_new_session=True,
                umask=0o022,
            )
        stack.callback(_reap, launcher)
        return launcher, status, gate

    def _first_process(self, launcher: subprocess.Popen[bytes], status: int) -> int:
        """Reads the PID of the first process inside from the status pipe."""
        line = b""
        while not line.endswith(b"\n"):
            byte = os.read(status, 1)
            if not byte:
                launcher.wait()
                raise SandboxError(f"the sandbox did not start: {self._error_text()}")
            line += byte
        return int(json.loads(line)["child-pid"])

    def _limit(self, stack: contextlib.ExitStack, inside: int) -> None:
        """Puts the process that waits at the gate into its control group, and registers the clean-up after the run."""
        launch = self._launch
        self.group = launch.group()
        if self.group:
            stack.callback(self.group.remove)
            self.group.add(inside)
        for path in launch.writable:
            stack.callback(sweep, path)
        stack.callback(launch.clean_up)

    def _watch(self, alive: dict[str, int], deadline: float) -> None:
        """Waits until the launcher and all processes inside are gone. Kills them if their time or space is used up."""
        poller = select.poll()
        for fd in (*alive.values(), self._stop):
            poller.register(fd, select.POLLIN)
        names = {fd: name for name, fd in alive.items()}
        stopping = False
        while names:
            wait = None if stopping else max(0.0, min(deadline - time.monotonic(), _DISK_CHECK_SECONDS)) * 1000
            ready = [fd for fd, _ in poller.poll(wait)]
            for fd in ready:
                poller.unregister(fd)
                if names.pop(fd, "") == "launcher" and "inside" in alive:
                    _send(alive["inside"], signal.SIGKILL)  # a daemon may be left
            if names and not stopping and self._must_stop(ready, deadline):
                stopping = True
                for fd in alive.values() if self._launch.stop_signal == signal.SIGKILL else [alive["launcher"]]:
                    _send(fd, self._launch.stop_signal)

    def _must_stop(self, ready: Sequence[int], deadline: float) -> bool:
        """Whether the run was told to stop, is out of time, or has used up its disk space."""
        self._killed = self._stop in ready
        self._impatient = not self._killed and self._uses_up_patience()
        self._timed_out = self._impatient or (not self._killed and time.monotonic() >= deadline)
        if not ready and not self._timed_out:
            self._disk_full = holds_more(self._launch.writable, self._launch.limits.disk_bytes)
        return self._killed or self._timed_out or self._disk_full

    def _uses_up_patience(self) -> bool:
        """Count what the run has used since the last look. Returns whether nothing is left."""
        patience = self._launch.patience
        if patience is None or self._meter is None:
            return False
        patience.spend(self._meter.read())
        return patience.over

    def _outcome(self, status: int | None, launcher_code: int, seconds: float) -> Ended:
        """How the run ended, from the status pipe and the launcher's exit status."""
        if self._timed_out or self._disk_full or self._killed:
            return Ended(None, signal.SIGKILL, self._timed_out, seconds, self._disk_full, self._impatient)
        if status is not None:
            return Ended.from_shell(status, seconds=seconds)
        if launcher_code < 0:  # somebody outside killed the launcher
            return Ended(None, -launcher_code, timed_out=False, seconds=seconds)
        raise SandboxError(f"the sandbox did not start its program: {self._error_text()}")

    def _error_text(self) -> str:
        """The launcher's error message, as one line."""
        with contextlib.suppress(OSError), self._launch.stderr.open("rb") as file:
            text = file.read(_ERROR_TEXT_BYTES).decode(errors="replace").strip()
            if text:
                return text.splitlines()[-1]
        return "the launcher gave no reason"


def _pipe(ours: contextlib.ExitStack, theirs: contextlib.ExitStack, *, writing: bool = False) -> tuple[int, int]:
    """A pipe as (our end, their end). Each end closes with its owner. ``writing``: ours is the end for writing."""
    reader, writer = os.pipe2(os.O_CLOEXEC)
    our_end, their_end = (writer, reader) if writing else (reader, writer)
    ours.callback(os.close, our_end)
    theirs.callback(os.close, their_end)
    return our_end, their_end


def _memory_file(owner: contextlib.ExitStack, data: bytes) -> int:
    """An anonymous file with the data, read from its beginning."""
    fd = os.memfd_create("timeslice", os.MFD_CLOEXEC)
    owner.callback(os.close, fd)
    os.write(fd, data)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _output(owner: contextlib.ExitStack, path: Path) -> int:
    """A new file for the output of the run. An old file is replaced: we never follow it or append to it."""
    path.unlink(missing_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    owner.callback(os.close, fd)
    return fd


def _pidfds(owner: contextlib.ExitStack, **pids: int) -> dict[str, int]:
    """Descriptors of the processes that still live, by name."""
    found: dict[str, int] = {}
    for name, pid in pids.items():
        with contextlib.suppress(ProcessLookupError):
            found[name] = os.pidfd_open(pid)
            owner.callback(os.close, found[name])
    return found


def _send(pidfd: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, number)


def _reap(launcher: subprocess.Popen[bytes]) -> None:
    """Kills a launcher that is left after a failure, and reaps it."""
    launcher.kill()
    launcher.wait()


def _exit_status(status: int) -> int | None:
    """The exit status on the status pipe, as in the shell. None if the program never started."""
    os.set_blocking(status, False)
    text = b""
    with contextlib.suppress(BlockingIOError):
        while chunk := os.read(status, 4096):
            text += chunk
    for line in text.splitlines():
        record = json.loads(line)
        if "exit-code" in record:
            return int(record["exit-code"])
    return None
