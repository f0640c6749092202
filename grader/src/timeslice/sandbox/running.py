"""One run in a sandbox from its start to the death of its last process.

Theory of operation
-------------------
A launcher (``bwrap``, or ``supervisor.py`` where bubblewrap cannot work) is started with two pipes. On the *status*
pipe it writes the PID of the process that everything inside descends from, and later the exit status; on the *gate*
it waits before the program starts, and in that time that process is put into its control group.

Each run has a thread of its own, which starts the launcher, keeps the deadline and the room on disk, and ends after
the last process did. That thread must be the one that starts the launcher, because the kernel's parent-death signal,
by which a sandbox dies with a killed grader, follows the starting *thread*. It waits on pidfds, so neither a reused
PID nor a full pipe can mislead it. A PID namespace's first process becomes waitable only after all others in the
namespace are gone; that, and not the end of the program, is the end of the run. The grader is a child subreaper, so
that it can reap that process although the launcher ended before: not every machine's init does.

Then the control group is removed, and whatever is no plain file or directory is removed from the writable
directories: a link or a FIFO left there would lead the grader, who reads them with more rights, somewhere else.
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
from timeslice.sandbox.leavings import disk_usage, sweep
from timeslice.sandbox.limits import Ended, Limits

_DISK_CHECK_SECONDS = 0.25
_ERROR_TEXT_BYTES = 2000
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Control:
    """The launcher's descriptors: its ends of the pipes that steer a run, and anonymous files that it is to use."""

    status: int
    gate: int
    filter: int | None  # the system call filter
    files: Mapping[str, int]  # files to show inside, by their path there

    def all(self) -> list[int]:
        return [fd for fd in (self.status, self.gate, self.filter, *self.files.values()) if fd is not None]


@dataclass(frozen=True)
class Launch:
    """Everything that a run needs besides its pipes."""

    command: Callable[[Control], list[str]]
    stop_signal: int  # ends the launcher and all below it
    limits: Limits
    group: Callable[[], Group | None]
    filter: bytes | None
    files: Mapping[str, bytes]
    stdout: Path
    stderr: Path
    writable: Sequence[Path]
    pass_fds: Sequence[int]
    clean_up: Callable[[], None]


class Running:
    """A run under way. Leaving it as a context manager kills what is left of it."""

    def __init__(self, launch: Launch) -> None:
        """Starts the run and returns once the program inside may go.

        Raises:
            SandboxError: the launcher could not be started, or did not get as far as the gate.
        """
        self._launch = launch
        self._let_go = threading.Event()
        self._over = threading.Event()
        self._stop = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._lock = threading.Lock()
        self._ended: Ended | None = None
        self._error: SandboxError | None = None
        self._timed_out = self._disk_full = self._killed = False
        self.group: Group | None = None
        self.pids: tuple[int, ...] = ()  # launcher, first process inside
        threading.Thread(target=self._live, name="sandbox", daemon=True).start()
        self._let_go.wait()
        if self._error:
            raise self._error

    def poll(self) -> Ended | None:
        """How the run ended, or None while anything of it lives.

        Raises:
            SandboxError: the sandbox failed before the program started.
        """
        if not self._over.is_set():
            return None
        if self._error:
            raise self._error
        return self._ended

    def wait(self) -> Ended:
        """Waits until nothing of the run lives; the deadline of its limits bounds that.

        Raises:
            SandboxError: the sandbox failed before the program started.
        """
        self._over.wait()
        ended = self.poll()
        assert ended is not None  # noqa: S101 - set before the event
        return ended

    def kill(self) -> None:
        """Kills everything inside; returns at once. A run that has ended is left as it is."""
        with self._lock:
            if self._stop >= 0:
                os.eventfd_write(self._stop, 1)

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._over.wait()

    # ---- the thread of the run ----

    def _live(self) -> None:
        """The whole life of the run; every way out of it sets both events."""
        try:
            with contextlib.ExitStack() as stack:
                self._follow(stack)
        except SandboxError as error:
            self._error = error
        except (OSError, ValueError) as error:
            self._error = SandboxError(f"the sandbox could not be started: {error}")
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
        with contextlib.suppress(BrokenPipeError):  # it failed before it came to the gate
            os.write(gate, b"\0")
        self._let_go.set()
        self._watch(alive, started + self._launch.limits.wall_seconds)
        code = launcher.wait()
        with contextlib.suppress(ChildProcessError):  # ours if the launcher ended first
            os.waitpid(inside, 0)
        self._ended = self._outcome(_exit_status(status), code, time.monotonic() - started)

    def _start(self, stack: contextlib.ExitStack) -> tuple[subprocess.Popen[bytes], int, int]:
        """Starts the launcher with nothing open but its output, its control pipes and what it is to pass on.

        Returns:
            The launcher, and the grader's ends of the status pipe and of the gate.
        """
        launch = self._launch
        with contextlib.ExitStack() as given:  # what the launcher has once it runs
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
                raise SandboxError(f"the sandbox could not be started: {self._error_text()}")
            line += byte
        return int(json.loads(line)["child-pid"])

    def _limit(self, stack: contextlib.ExitStack, inside: int) -> None:
        """Puts the process that waits at the gate into its control group, and sees to what is cleaned up after it."""
        launch = self._launch
        self.group = launch.group()
        if self.group:
            stack.callback(self.group.remove)
            self.group.add(inside)
        for path in launch.writable:
            stack.callback(sweep, path)
        stack.callback(launch.clean_up)

    def _watch(self, alive: dict[str, int], deadline: float) -> None:
        """Waits for the launcher and all inside to be gone, and makes them go where their time or room is up."""
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
        """Whether the run was told to stop, is out of time, or has filled its room on disk."""
        self._killed = self._stop in ready
        self._timed_out = not self._killed and time.monotonic() >= deadline
        if not ready and not self._timed_out:
            used = sum(disk_usage(path) for path in self._launch.writable)
            self._disk_full = used > self._launch.limits.disk_bytes
        return self._killed or self._timed_out or self._disk_full

    def _outcome(self, status: int | None, launcher_code: int, seconds: float) -> Ended:
        """What the status pipe and the launcher's own end say together."""
        if self._timed_out or self._disk_full or self._killed:
            return Ended(None, signal.SIGKILL, self._timed_out, seconds, self._disk_full)
        if status is not None:
            return Ended.from_shell(status, seconds=seconds)
        if launcher_code < 0:  # somebody outside killed the launcher
            return Ended(None, -launcher_code, timed_out=False, seconds=seconds)
        raise SandboxError(f"the sandbox could not be set up: {self._error_text()}")

    def _error_text(self) -> str:
        """The launcher's complaint, as one line."""
        with contextlib.suppress(OSError), self._launch.stderr.open("rb") as file:
            text = file.read(_ERROR_TEXT_BYTES).decode(errors="replace").strip()
            if text:
                return text.splitlines()[-1]
        return "the launcher gave no reason"


def _pipe(ours: contextlib.ExitStack, theirs: contextlib.ExitStack, *, writing: bool = False) -> tuple[int, int]:
    """A pipe as (our end, their end), each closed with its owner; ``writing`` where ours is the end written to."""
    reader, writer = os.pipe2(os.O_CLOEXEC)
    our_end, their_end = (writer, reader) if writing else (reader, writer)
    ours.callback(os.close, our_end)
    theirs.callback(os.close, their_end)
    return our_end, their_end


def _memory_file(owner: contextlib.ExitStack, data: bytes) -> int:
    """An anonymous file with the data, at its beginning."""
    fd = os.memfd_create("timeslice", os.MFD_CLOEXEC)
    owner.callback(os.close, fd)
    os.write(fd, data)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _output(owner: contextlib.ExitStack, path: Path) -> int:
    """A new file for what the run prints; where one is there already it is replaced, never followed or appended to."""
    path.unlink(missing_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    owner.callback(os.close, fd)
    return fd


def _pidfds(owner: contextlib.ExitStack, **pids: int) -> dict[str, int]:
    """Descriptors of those of the processes that still live, by name."""
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
    """Ends a launcher that is left after a failure; one that has ended is only reaped."""
    launcher.kill()
    launcher.wait()


def _exit_status(status: int) -> int | None:
    """The exit status on the status pipe, in the shell's convention; None where the program never started."""
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
