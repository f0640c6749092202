"""Where a witness starts programs: in a sandbox of their own (grade), or on this machine as they are (conform).

Theory of operation: in the sandbox, the first program is the kit's launcher (tests/witness/launcher.c). It opens
sockets in the sandbox's network and passes them to us. So the peers are here, outside, with another user and with
other processes and files. They share the network with the program, and nothing else.
"""

from __future__ import annotations

import array
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from timeslice.build.workshop import ENVIRONMENT
from timeslice.sandbox import Limits, Sandbox
from timeslice.witness.program import PATIENCE, DisagreementError, Program


class Place(Protocol):
    """A place for the programs of one scenario."""

    def socket(self, family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
        """A new socket in the network of the programs. It is closed at the end."""
        ...

    def start(self, arguments: Sequence[str]) -> Program:
        """Start the program of the scenario with these arguments. It is killed at the end."""
        ...


def _pipes(stack: ExitStack) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Pipes for input, output and errors of a program: our ends, and its ends. ``stack`` closes its ends."""
    pairs = [os.pipe2(os.O_CLOEXEC) for _ in range(3)]
    ours = pairs[0][1], pairs[1][0], pairs[2][0]
    theirs = pairs[0][0], pairs[1][1], pairs[2][1]
    for fd in theirs:
        stack.callback(os.close, fd)
    return ours, theirs


# ---- in a sandbox ----


class _InSandbox:
    """A sandbox with the launcher in it."""

    def __init__(self, stack: ExitStack, control: socket.socket, program: Path) -> None:
        self._stack = stack
        self._control = control
        self._program = program

    def socket(self, family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
        answer, passed, _ = self._ask(f"S{int(family)} {int(kind)}".encode())
        if not passed:
            raise OSError(int(answer), os.strerror(int(answer)))
        return self._stack.enter_context(socket.socket(fileno=passed[0]))

    def start(self, arguments: Sequence[str]) -> Program:
        words = [str(self._program), *arguments]
        with ExitStack() as given:
            ours, theirs = _pipes(given)
            order = b"R" + b"".join(word.encode("utf-8", "surrogateescape") + b"\0" for word in words)
            answer, _, pid = self._ask(order, theirs)
        if answer.startswith(b"-"):
            for fd in ours:
                os.close(fd)
            raise DisagreementError("no process was left for the program")
        inside = int(answer)
        program = Program(pid, ours, lambda: os.waitstatus_to_exitcode(int(self._ask(f"W{inside}".encode())[0])))
        self._stack.callback(program.close)
        return program

    def _ask(self, order: bytes, descriptors: Sequence[int] = ()) -> tuple[bytes, list[int], int]:
        """Give the launcher an order. Returns its answer, the descriptors that it passed, and the sender's pid."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self._control.sendmsg([order], rights)
            room = socket.CMSG_SPACE(array.array("i").itemsize) + socket.CMSG_SPACE(3 * 4)
            answer, ancillary, _, _ = self._control.recvmsg(1 << 10, room, socket.MSG_CMSG_CLOEXEC)
        except (ConnectionError, TimeoutError) as error:
            raise DisagreementError("something ended or stopped the launcher in the sandbox") from error
        if not answer:
            raise DisagreementError("something ended the launcher in the sandbox")
        passed, pid = array.array("i"), 0
        for _, kind, data in ancillary:
            if kind == socket.SCM_RIGHTS:
                passed.frombytes(data)
            elif kind == socket.SCM_CREDENTIALS:
                pid = array.array("i", data[:4])[0]
        return answer, list(passed), pid


@dataclass(frozen=True)
class SandboxPlaces:
    """Makes places in sandboxes. ``stage``: a folder for their files. Threads may share it."""

    sandbox: Sandbox
    launcher: Path
    limits: Limits
    stage: Path

    @contextmanager
    def open(self, program: Path, name: str) -> Iterator[Place]:
        """A new sandbox for a program. ``name`` is of the file with the launcher's output."""
        said = self.stage / f"{name}.out"
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ExitStack() as stack:
            stack.enter_context(ours)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            ours.settimeout(PATIENCE)
            with theirs:
                stack.enter_context(
                    self.sandbox.start(
                        [str(self.launcher), str(theirs.fileno())],
                        cwd=Path("/"),
                        readable=[self.launcher, program],
                        writable=[],
                        env=ENVIRONMENT,
                        limits=self.limits,
                        stdout=said,
                        stderr=said,
                        pass_fds=[theirs.fileno()],
                    )
                )
            yield _InSandbox(stack.enter_context(ExitStack()), ours, program)


# ---- on this machine ----


class _OnMachine:
    """The machine as it is."""

    def __init__(self, stack: ExitStack, command: Sequence[str]) -> None:
        self._stack = stack
        self._command = command

    def socket(self, family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
        return self._stack.enter_context(socket.socket(family, kind))

    def start(self, arguments: Sequence[str]) -> Program:
        with ExitStack() as given:
            ours, theirs = _pipes(given)
            process = subprocess.Popen(
                [*self._command, *arguments],
                stdin=theirs[0],
                stdout=theirs[1],
                stderr=theirs[2],
                start_new_session=True,
            )
        self._stack.callback(_end_group, process)
        program = Program(process.pid, ours, lambda: _status(process.pid))
        self._stack.callback(program.close)
        return program


def _status(pid: int) -> int:
    """The status of a program that has ended. It stays a zombie, so its pid and its group are not used again."""
    told = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    if told is None:
        raise DisagreementError("it did not end")
    return told.si_status if told.si_code == os.CLD_EXITED else -told.si_status


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and all processes of its group, and reap it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def on_this_machine(command: Sequence[str]) -> Iterator[Place]:
    """This machine as the place of a command, without a sandbox."""
    with ExitStack() as stack:
        yield _OnMachine(stack, command)
