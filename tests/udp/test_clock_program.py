"""`timeslice-time clock` with a server of Python's own sockets. No test sets a clock."""

from __future__ import annotations

import re
import struct
import subprocess
from contextlib import AbstractContextManager
from functools import partial
from typing import NamedTuple

import pytest
import running
from running import PROGRAMS, bound, finish, started

PROGRAM = "timeslice-time"
PACKET = struct.Struct("!BBbb II 4s QQQQ")
YEAR_2040 = (2_208_988_800 + 2_208_988_800) % 2**32 << 32  # the stamp of 2040-01-01, in era 1

run = partial(running.run, PROGRAM)


class Poll(NamedTuple):
    """A line of `timeslice-time clock`."""

    time: str
    offset: str
    bound: str
    happened: str


def polls(output: bytes) -> list[Poll]:
    """The lines of `timeslice-time clock`."""
    line = re.compile(r"time (.{29} UTC) offset (.* s|unknown) bound (.* s|unknown) (step|slew|holdover)")
    return [Poll(*found.groups()) for found in map(line.fullmatch, output.decode().splitlines()) if found]


def clock(port: str, *options: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """`timeslice-time clock`, which waits for each answer as long as necessary."""
    return started(PROGRAMS / PROGRAM, "clock", "127.0.0.1", "--port", port, "--timeout", "1000000", *options)


def test_clock_is_set_once_and_then_slewed() -> None:
    with bound() as (server, port), clock(port, "--polls", "2", "--every", "1") as client:
        sent = []
        for _ in range(2):
            request, sender = server.recvfrom(100)
            sent.append(PACKET.unpack(request)[-1])
            now = YEAR_2040 if len(sent) == 1 else sent[1]
            server.sendto(PACKET.pack(0x24, 1, 6, -20, 512, 256, b"GPS", YEAR_2040, sent[-1], now, now), sender)
        status, output, errors = finish(client)
    assert (status, errors) == (0, b"")
    first, second = polls(output)
    assert sent[1] >= YEAR_2040  # the second request has the time of the corrected clock
    assert first.happened == "step"
    assert first.time.startswith("2040-01-01")
    assert float(first.bound.removesuffix(" s")) >= 0.0078125  # half of the root delay, and the root dispersion
    assert second.happened == "slew"
    assert second.time > first.time


def test_clock_runs_on_without_an_answer() -> None:
    with bound() as (holder, port):
        holder.close()
    alone = run("clock", "127.0.0.1", "--port", port, "--polls", "2", "--every", "1")
    assert alone.returncode == 1
    assert alone.stderr.decode().count("nobody listens there") == 2
    first, second = polls(alone.stdout)
    assert (first.happened, first.offset, first.bound) == ("holdover", "unknown", "unknown")
    assert second.time > first.time


def test_clock_obeys_a_kiss_of_death() -> None:
    with bound() as (server, port), clock(port) as client:
        request, sender = server.recvfrom(100)
        sent = PACKET.unpack(request)[-1]
        server.sendto(PACKET.pack(0x24, 0, 6, -20, 0, 0, b"DENY", 0, sent, sent, sent), sender)
        status, output, errors = finish(client)
    assert (status, output) == (2, b"")
    running.assert_one_line(errors, PROGRAM, "kiss-o'-death DENY")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "HOST"),
        (["127.0.0.1", "--polls", "0"], "--polls"),
        (["127.0.0.1", "--every", "never"], "--every"),
        (["127.0.0.1", "--timeout", "0"], "--timeout"),
        (["127.0.0.1", "--port", "0"], "--port"),
        (["127.0.0.1", "--colour"], "--colour"),
        (["x" * 64], "no such host"),
    ],
    ids=" ".join,
)
def test_misuse_is_one_line_and_status_2(arguments: list[str], complaint: str) -> None:
    misused = run("clock", *arguments)
    assert (misused.returncode, misused.stdout) == (2, b"")
    running.assert_one_line(misused.stderr, PROGRAM, complaint)


def test_help_goes_to_standard_output() -> None:
    shown = run("clock", "--help")
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert shown.stdout.startswith(b"usage: timeslice-time clock ")
