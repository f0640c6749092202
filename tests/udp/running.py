"""Starts programs, talks with them by their pipes and by sockets of Python's own, and ends them."""

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
PATIENCE = 20  # seconds after which a program that says nothing is taken for dead; no test waits that long


class Server(NamedTuple):
    """A running program and the address that it listens on."""

    process: subprocess.Popen[bytes]
    host: str
    port: int


def read_line(stream: IO[bytes]) -> str:
    """The next line of an unbuffered pipe, without its end; fails where none comes."""
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
    """A process with its pipes open, which is certainly gone afterwards."""
    with subprocess.Popen(arguments, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def serving(program: str, *options: str) -> Iterator[Server]:
    """`PROGRAM serve` once it listens."""
    with started(PROGRAMS / program, "serve", *options, stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        line = read_line(process.stdout)
        assert line.startswith("listening on ")
        host, _, port = line.removeprefix("listening on ").rpartition(":")
        yield Server(process, host.strip("[]"), int(port))


@contextmanager
def bound(host: str = "127.0.0.1") -> Iterator[tuple[socket.socket, str]]:
    """A socket of Python's on a port of the kernel's choice, and that port."""
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
    """Exit status and what was left to read, once the process has ended by itself."""
    output, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, output, errors


def assert_one_line(errors: bytes, program: str, *parts: str) -> None:
    """There is one line, from the program, that has all the parts."""
    text = errors.decode()
    assert text.startswith(f"{program}: ")
    assert text.count("\n") == 1
    for part in parts:
        assert part in text
