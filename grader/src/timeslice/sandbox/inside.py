"""The probe: a program that runs inside the sandbox, tries what each guard forbids, and reports what happened.

It runs as ``python -I -S -c SOURCE CANARY FD``. CANARY is a file of the host that it should not see. FD is the pipe for
its report (one line of JSON). Then it leaves a daemon that ignores every signal that it can ignore, and waits until it
is killed. It judges nothing: ``guards.py`` does that.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable

NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
HOST_PATHS = ("/boot", "/etc/shadow", "/home", "/opt", "/root", "/run", "/srv", "/sys", "/var")
FORKS, DESCRIPTORS, FILES = 64, 512, 8  # the probe tries this often to reach a limit

# Calls that no honest program makes. Their arguments do no harm if the guard is off.
CLONE_NEWUSER = 0x10000000
libc = ctypes.CDLL(None, use_errno=True)


def error_of(attempt: Callable[[], object]) -> str:
    """The name of the error of ``attempt``. Empty if it succeeds."""
    try:
        attempt()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    return ""


def call(name: str, *arguments: int) -> None:
    """Calls a function of libc that returns -1 on error. Raises OSError."""
    if getattr(libc, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


def forbidden_calls() -> dict[str, str]:
    """The errors of system calls that the filter denies. Each runs in a child: some would change the process."""
    attempts: dict[str, Callable[[], object]] = {
        "ptrace": lambda: call("ptrace", 0, 0, 0, 0),
        "unshare": lambda: call("unshare", CLONE_NEWUSER),
        "setns": lambda: call("setns", -1, 0),
        "mount": lambda: call("mount", 0, 0, 0, 0, 0),
        "process_vm_writev": lambda: call("process_vm_writev", os.getpid(), 0, 0, 0, 0, 0),
        "personality": lambda: call("personality", 0x0040000),
    }
    return {name: in_child(attempt) for name, attempt in attempts.items()}


def in_child(attempt: Callable[[], object]) -> str:
    """Like error_of, in a child process."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.write(writer, error_of(attempt).encode())
        os._exit(0)
    os.close(writer)
    os.wait()
    with open(reader) as file:
        return file.read()


def reach_outside() -> str:
    """The error of a send to an address that no host has (RFC 5737)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        return error_of(lambda: sender.connect(("192.0.2.1", 9)))


def loopback(family: socket.AddressFamily, address: str) -> str:
    """The error of a datagram that the probe sends to itself."""

    def attempt() -> None:
        with socket.socket(family, socket.SOCK_DGRAM) as end:
            end.bind((address, 0))
            end.settimeout(1)
            end.sendto(b"x", end.getsockname())
            end.recv(1)

    return error_of(attempt)


def fill_until_refused(directory: str) -> str:
    """The error of writing a few files of the maximum length. Empty if there is no error."""

    def attempt() -> None:
        longest = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        data = b"x" * (longest if longest > 0 else 0)
        for number in range(FILES):
            with open(f"{directory}/probe{number}", "wb", buffering=0) as file:
                while room := len(data) - file.tell():
                    file.write(data[:room])

    try:
        return error_of(attempt)
    finally:
        for number in range(FILES):
            error_of(lambda number=number: os.unlink(f"{directory}/probe{number}"))  # type: ignore[misc]


def long_file() -> str:
    """The error of a write past the maximum length of a file. Empty if there is no limit."""
    if resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY:
        return ""
    with open(os.memfd_create("probe"), "wb", buffering=0) as file:
        file.seek(resource.getrlimit(resource.RLIMIT_FSIZE)[0])
        return error_of(lambda: file.write(b"x"))


def fork_until_refused() -> str:
    """The error of the first fork that fails while all earlier children live. Empty if none fails."""
    gate, release = os.pipe()
    children: list[int] = []

    def attempt() -> None:
        for _ in range(FORKS):
            pid = os.fork()
            if pid == 0:
                os.close(release)
                os.read(gate, 1)
                os._exit(0)
            children.append(pid)

    refusal = error_of(attempt)
    os.close(release)
    os.close(gate)
    for pid in children:
        os.waitpid(pid, 0)
    return refusal


def open_until_refused() -> str:
    """The error when the probe opens one descriptor too many."""
    opened: list[int] = []

    def attempt() -> None:
        for _ in range(DESCRIPTORS):
            opened.append(os.dup(0))  # noqa: PERF401 - a comprehension would lose those opened before the error

    refusal = error_of(attempt)
    for fd in opened:
        os.close(fd)
    return refusal


def status_fields() -> dict[str, str]:
    """The lines of /proc/self/status about privileges."""
    wanted = ("NoNewPrivs", "Seccomp", "CapInh", "CapPrm", "CapEff", "CapAmb")
    with open("/proc/self/status") as file:
        pairs = (line.partition(":")[::2] for line in file)
        return {name: value.strip() for name, value in pairs if name in wanted}


def descriptors() -> list[int]:
    """The open descriptors, without the one that lists them."""
    names = os.listdir("/proc/self/fd")
    return sorted(int(name) for name in names if os.path.lexists(f"/proc/self/fd/{name}"))


def leave_daemon() -> None:
    """Starts a process in its own session. It outlives its parent, ignores signals and holds the pipe open."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() != 0:
            os._exit(0)
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            error_of(lambda number=number: signal.signal(number, signal.SIG_IGN))  # type: ignore[misc]
        while True:
            signal.pause()
    os.wait()


def main() -> None:
    """Runs every experiment and reports."""
    canary, report_fd = sys.argv[1], int(sys.argv[2])
    most_memory = resource.getrlimit(resource.RLIMIT_AS)[0]
    report = {
        "descriptors": descriptors(),
        "namespaces": {name: os.readlink(f"/proc/self/ns/{name}") for name in NAMESPACES},
        "interfaces": sorted(name for _, name in socket.if_nameindex()),
        "outside": reach_outside(),
        "loopback": {
            "127.0.0.1": loopback(socket.AF_INET, "127.0.0.1"),
            "::1": loopback(socket.AF_INET6, "::1"),
        },
        "canary": os.path.exists(canary),
        "host_paths": [path for path in HOST_PATHS if os.path.exists(path)],
        "writable": [path for path in ("/", "/usr", "/etc", "/dev") if os.access(path, os.W_OK)],
        "full": {directory: fill_until_refused(directory) for directory in ("/tmp", "/dev/shm")},  # noqa: S108 - what is measured
        "status": status_fields(),
        "environment": sorted(os.environ),
        "hostname": socket.gethostname(),
        "calls": forbidden_calls(),
        "limits": {
            "memory": error_of(lambda: mmap.mmap(-1, 2 * most_memory) if most_memory > 0 else None),
            "processes": fork_until_refused(),
            "file": long_file(),
            "descriptors": open_until_refused(),
        },
        "cpu_seconds": resource.getrlimit(resource.RLIMIT_CPU)[0],
        "core_bytes": resource.getrlimit(resource.RLIMIT_CORE)[0],
    }
    leave_daemon()
    os.write(report_fd, json.dumps(report).encode() + b"\n")
    signal.pause()


main()
