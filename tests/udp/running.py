"""Starts programs, talks with them through pipes and Python's own sockets, and ends them."""

from __future__ import annotations

import os
import select
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

PROGRAMS = Path(__file__).resolve().parents[2] / "build" / "bin"
PATIENCE = 20  # after so many seconds without output a program counts as hung; no test waits so long


class Server(NamedTuple):
    """A running program and the address that it listens on."""

    process: subprocess.Popen[bytes]
    host: str
    port: int


def read_line(stream: IO[bytes]) -> str:
    """The next line of an unbuffered pipe, without its newline. Fails if no line comes."""
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([stream], [], [], PATIENCE)
        assert ready, f"no line came in {PATIENCE} s, only {line!r}"
        byte = os.read(stream.fileno(), 1)
        assert byte, f"the program ended after {line!r}"
        line += byte
    return line.decode().rstrip("\n")


@contextmanager
def started(*arguments: str | Path, stdin: int = subprocess.PIPE) -> Iterator[subprocess.Popen[bytes]]:
    """A process with open pipes. After the block, it is gone."""
    with subprocess.Popen(arguments, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def serving(program: str, *options: str) -> Iterator[Server]:
    """`PROGRAM serve`, when it listens."""
    with started(PROGRAMS / program, "serve", *options, stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        line = read_line(process.stdout)
        assert line.startswith("listening on ")
        host, _, port = line.removeprefix("listening on ").rpartition(":")
        yield Server(process, host.strip("[]"), int(port))


@contextmanager
def bound(host: str = "127.0.0.1") -> Iterator[tuple[socket.socket, str]]:
    """A Python socket on a port that the kernel chooses, and this port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as endpoint:
        endpoint.settimeout(PATIENCE)
        endpoint.bind((host, 0))
        yield endpoint, str(endpoint.getsockname()[1])


def run(program: str, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """One of our programs from start to end."""
    command: list[str | Path] = [PROGRAMS / program, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=PATIENCE, check=False)


def finish(process: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    """Waits until the process ends by itself. Returns its exit status and the rest of its output."""
    output, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, output, errors


def assert_one_line(errors: bytes, program: str, *parts: str) -> None:
    """Asserts that the program wrote exactly one line, with all these parts."""
    text = errors.decode()
    assert text.startswith(f"{program}: ")
    assert text.count("\n") == 1
    for part in parts:
        assert part in text
