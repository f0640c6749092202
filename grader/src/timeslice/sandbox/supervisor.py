"""The launcher for machines where bubblewrap cannot work: runs one command with fewer guards, and ends all processes.

Theory of operation
-------------------
This is a program of its own (``python -I -S -c SOURCE SETUP COMMAND...``). On the status pipe and the gate it behaves
like ``bwrap``, so ``running.py`` does not need to know which of the two it controls. It is a child subreaper. The
command's descendants may try to get away: they may fork twice, make sessions, ignore signals. They still become its
children or grandchildren. When the command has ended, or on SIGTERM, it first *stops* every descendant until none is
running. A stopped process cannot fork, and the process limit bounds their number. Then it kills them all. It keeps the
grader's user, and the command loses it. So the command cannot kill it if the grader is root.

The probe lists what it cannot do. There is no namespace, so every file, network, process and /tmp of the host is as
visible as to any user.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 22, 36, 38
SECCOMP_MODE_FILTER = 2
FILTER_INSTRUCTION_BYTES = 8

libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, argument: int | ctypes.c_void_p) -> None:
    """prctl(2) with two arguments. Raises OSError."""
    if libc.prctl(option, argument, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class FilterProgram(ctypes.Structure):
    """``struct sock_fprog``: a system call filter in the format of the kernel."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def load_filter(fd: int) -> None:
    """Loads the filter from ``fd`` for this process and all its later children."""
    code = os.read(fd, 1 << 20)
    text = ctypes.create_string_buffer(code, len(code))
    program = FilterProgram(len(code) // FILTER_INSTRUCTION_BYTES, ctypes.addressof(text))
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def descendants() -> set[int]:
    """All processes below this one, without zombies."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                state, parent = Path("/proc", entry, "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
            except OSError:
                continue  # it has just ended
            if state not in "ZX":
                children.setdefault(int(parent), []).append(int(entry))
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        for pid in children.get(waiting.pop(), []):
            found.add(pid)
            waiting.append(pid)
    return found


def send(pids: set[int], number: int) -> None:
    """Sends a signal to each process that still exists."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def end_all() -> None:
    """Stops every descendant until no new one appears. Then kills them, and reaps until there is none."""
    stopped: set[int] = set()
    while fresh := descendants() - stopped:
        send(fresh, signal.SIGSTOP)
        stopped |= fresh
    send(stopped, signal.SIGKILL)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            if not (left := descendants()):
                return
            send(left, signal.SIGKILL)


def run_command(setup: dict[str, object], argv: list[str]) -> None:
    """In the child: waits at the gate, gives up every right, and becomes the command."""
    gate, filter_fd = setup["gate"], setup["filter"]
    assert isinstance(gate, int)  # noqa: S101 - written by fallback.py
    os.setsid()
    if os.read(gate, 1) == b"":
        os._exit(1)  # the grader is gone
    os.close(gate)
    limits = setup["limits"]
    assert isinstance(limits, list)  # noqa: S101 - written by fallback.py
    for number, value in limits:
        resource.setrlimit(number, (value, value))
    if isinstance(owner := setup["owner"], list):
        uid, gid = owner
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    os.chdir(str(setup["cwd"]))
    for number in (signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    if isinstance(filter_fd, int):
        load_filter(filter_fd)
        os.close(filter_fd)
    environment = setup["environment"]
    assert isinstance(environment, dict)  # noqa: S101 - written by fallback.py
    os.execvpe(argv[0], argv, environment)  # noqa: S606 - there is no shell in it


def main() -> int:
    """Runs the command in the arguments. The first argument is the set-up as JSON."""
    setup, argv = json.loads(sys.argv[1]), sys.argv[2:]
    status: int = setup["status"]
    os.set_inheritable(status, False)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGCHLD})
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    command = os.fork()
    if command == 0:
        try:
            run_command(setup, argv)
        except OSError as error:
            os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
        os._exit(127)
    os.write(status, json.dumps({"child-pid": command}).encode() + b"\n")
    code = wait_for(command)
    end_all()
    os.write(status, json.dumps({"exit-code": code}).encode() + b"\n")
    return 0


def wait_for(command: int) -> int:
    """Reaps until the command has ended or SIGTERM comes. Returns the command's status as in the shell."""
    while True:
        if signal.sigwait({signal.SIGTERM, signal.SIGCHLD}) == signal.SIGTERM:
            return 128 + signal.SIGKILL
        while True:
            pid, status = reap()
            if pid == command:
                code = os.waitstatus_to_exitcode(status)
                return 128 - code if code < 0 else code
            if pid == 0:
                break


def reap() -> tuple[int, int]:
    """One ended child and its wait status, or (0, 0) if none has ended."""
    try:
        return os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return 0, 0


if __name__ == "__main__":
    sys.exit(main())
