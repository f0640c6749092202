"""timeslice-time with chrony and with Python's own sockets, as server and as client. No test sets a clock."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
import running
from running import PATIENCE, PROGRAMS, bound, finish, read_line, started

PROGRAM = "timeslice-time"
CHRONYD = shutil.which("chronyd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SECONDS_TO_1970 = 2_208_988_800
REQUEST = bytes([0x23]) + bytes(39) + struct.pack("!Q", 0x0123456789ABCDEF)  # its transmit is not a valid time
PACKET = struct.Struct("!BBbb II 4s QQQQ")
NO_HOST = "x" * 64

serving = partial(running.serving, PROGRAM)
run = partial(running.run, PROGRAM)
needs_chrony = pytest.mark.skipif(CHRONYD is None, reason="there is no chronyd: make setup installs it")


def assert_one_line(errors: bytes, *parts: str) -> None:
    """Asserts that timeslice-time wrote exactly one line, with all these parts."""
    running.assert_one_line(errors, PROGRAM, *parts)


def stamp(seconds_of_1970: float) -> int:
    """The stamp of a moment in era 0 or 1."""
    return int((seconds_of_1970 + SECONDS_TO_1970) * 2**32) % 2**64


def chrony_options(folder: Path) -> list[str | Path]:
    """Options that keep chronyd from the clock, and from a running daemon's files and sockets. Root stays root."""
    user = ["-u", "root"] if os.geteuid() == 0 else []
    files = [f"pidfile {folder / 'chronyd.pid'}", "cmdport 0", "bindcmdaddress /"]
    return [str(CHRONYD), "-x", "-U", "-d", *user, *files]


def skip_where_it_cannot_run(log: str) -> None:
    """Skip the test if chronyd stopped for its own reason, for example a profile that forbids the folder."""
    fatal = re.search(r"Fatal error : .*", log)
    if fatal:
        pytest.skip(f"chronyd cannot run here: {fatal[0]}")


# Our server.


def test_server_answers_a_python_client() -> None:
    with serving() as server, bound() as (client, _):
        before = time.time()
        client.sendto(REQUEST, (server.host, server.port))
        reply, sender = client.recvfrom(100)
        after = time.time()
        assert sender == (server.host, server.port)
        first, stratum, *_, originate, receive, transmit = PACKET.unpack(reply)
        assert (first, stratum, originate) == (0x24, 10, 0x0123456789ABCDEF)
        assert stamp(before) - 2**20 <= receive <= transmit <= stamp(after) + 2**20  # the rounding error of a float


def test_server_answers_each_version_and_ignores_the_rest() -> None:
    with serving() as server, bound() as (client, _):
        for first in (0x24, 0x03, 0x2B, 0x0B, 0x1B):  # a reply, versions 0 and 5; then requests of versions 1 and 3
            client.sendto(bytes([first]) + REQUEST[1:], (server.host, server.port))
        client.sendto(REQUEST[:47], (server.host, server.port))
        client.sendto(REQUEST + bytes(20), (server.host, server.port))
        assert [client.recv(100)[0] for _ in range(3)] == [0x0C, 0x1C, 0x24]
        server.process.send_signal(signal.SIGTERM)
        assert finish(server.process) == (0, b"received 7, replied 3, declined 4, oversized 0, failed 0\n", b"")


@needs_chrony
def test_server_is_accepted_by_chrony(tmp_path: Path) -> None:
    with serving() as server:
        source = f"server 127.0.0.1 port {server.port} iburst maxsamples 1"
        chronyd = subprocess.run(
            [*chrony_options(tmp_path), "-Q", "-t", str(PATIENCE), source],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
            check=False,
        )
        skip_where_it_cannot_run(chronyd.stderr)
        assert chronyd.returncode == 0, chronyd.stderr
        offset = re.search(r"System clock wrong by (-?\d+\.\d+) seconds \(ignored\)", chronyd.stderr)
        assert offset, chronyd.stderr
        assert abs(float(offset[1])) < PATIENCE  # it is the same clock, read twice


# Our client.


def told(output: bytes) -> dict[str, str]:
    """The output of `timeslice-time query`: name and value of each line."""
    return dict(line.split(" ", 1) for line in output.decode().splitlines())


class Question(NamedTuple):
    """`timeslice-time query`, which has asked a Python server and waits."""

    server: socket.socket
    request: bytes
    sender: tuple[str, int]
    client: subprocess.Popen[bytes]

    def answer(self, reply: bytes) -> None:
        """Send a reply from the server that was asked."""
        self.server.sendto(reply, self.sender)


@contextmanager
def asked(*options: str, host: str = "127.0.0.1") -> Iterator[Question]:
    """A request that has arrived."""
    with bound(host) as (server, port), started(PROGRAMS / PROGRAM, "query", host, "--port", port, *options) as client:
        request, sender = server.recvfrom(1000)
        yield Question(server, request, sender, client)


def reply_to(question: Question, first: int = 0x24, stratum: int = 1, name: bytes = b"GPS", **stamps: int) -> bytes:
    """A server's reply. A stamp that is not given is the request's transmit."""
    sent = PACKET.unpack(question.request)[-1]
    rest = [stamps.get(field, sent) for field in ("reference", "originate", "receive", "transmit")]
    return PACKET.pack(first, stratum, 6, -20, 0, 0, name, *rest)


def seconds(text: str) -> float:
    """The number in a text such as "0.5 s"."""
    return float(text.removesuffix(" s"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_client_asks_a_python_server(host: str) -> None:
    with asked(host=host) as question:
        assert len(question.request) == 48
        assert question.request[:40] == bytes([0x23]) + bytes(39)
        an_hour_later = PACKET.unpack(question.request)[-1] + (3600 << 32)
        question.answer(reply_to(question, receive=an_hour_later, transmit=an_hour_later))
        status, output, errors = finish(question.client)
    assert (status, errors) == (0, b"")
    answer = told(output)
    assert list(answer) == ["time", "offset", "delay", "stratum"]
    assert answer["stratum"] == "1"
    assert 3590 < float(answer["offset"].removesuffix(" s")) <= 3600  # the hour, minus half of the delay
    assert float(answer["delay"].removesuffix(" s")) >= 0


def test_client_knows_the_year_2040() -> None:
    moment = stamp(2_208_988_800)  # 2040-01-01, in era 1
    assert moment < 2**63
    with asked() as question:
        question.answer(reply_to(question, receive=moment, transmit=moment + 2**31))
        status, output, _ = finish(question.client)
    assert status == 0
    assert told(output)["time"] == "2040-01-01 00:00:00.500000000 UTC"
    assert seconds(told(output)["offset"]) > 0


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"stratum": 0, "name": b"RATE"}, "kiss-o'-death RATE"),
        ({"stratum": 0, "name": b"\x1b[2J"}, "kiss-o'-death ?[2J"),
        ({"stratum": 0, "name": b"", "first": 0xE4}, "does not know the time"),
        ({"first": 0xE4}, "does not know the time"),
        ({"transmit": 0}, "has no time"),
    ],
    ids=["kiss", "hostile-kiss", "never-synchronised", "unsynchronised", "timeless"],
)
def test_client_tells_on_one_line_why_there_is_no_time(changed: dict[str, int | bytes], complaint: str) -> None:
    with asked("--timeout", "1000000") as question:
        question.answer(reply_to(question, **changed))  # type: ignore[arg-type]
        status, output, errors = finish(question.client)
    assert (status, output) == (2, b"")
    assert_one_line(errors, complaint)


def test_client_ignores_what_is_no_answer() -> None:
    with asked("--timeout", "1000000") as question, bound() as (stranger, _):
        stranger.sendto(reply_to(question, stratum=2), question.sender)
        for nonsense in (
            b"",
            question.request,
            reply_to(question)[:47],
            reply_to(question, originate=1, stratum=0, name=b"DENY"),
        ):
            question.answer(nonsense)
        question.answer(reply_to(question, stratum=3) + bytes(20))
        status, output, errors = finish(question.client)
    assert (status, errors) == (0, b"")
    assert told(output)["stratum"] == "3"


@contextmanager
def chrony_serving(folder: Path, *directives: str) -> Iterator[str]:
    """A chronyd that answers on an unprivileged port of the loopback. Gives the port when it answers.

    It does not announce its port. So we ask until it answers. A port that is not open yet refuses at once.
    """
    with bound() as (holder, port):
        holder.close()
    network = [f"port {port}", "bindaddress 127.0.0.1", "allow 127.0.0.1"]
    command = [*chrony_options(folder), *network, *directives]
    with bound() as (client, _), started(*command, stdin=subprocess.DEVNULL) as chronyd:
        client.connect(("127.0.0.1", int(port)))
        while True:
            try:
                client.send(REQUEST)
                client.recv(100)
                break
            except ConnectionRefusedError:
                if chronyd.poll() is not None:
                    log = finish(chronyd)[2].decode()
                    skip_where_it_cannot_run(log)
                    pytest.fail(log)
        yield port


@needs_chrony
def test_client_asks_chrony(tmp_path: Path) -> None:
    with chrony_serving(tmp_path, "local stratum 7") as port:
        asked = run("query", "127.0.0.1", "--port", port, "--timeout", "10000")
    assert (asked.returncode, asked.stderr) == (0, b"")
    answer = told(asked.stdout)
    assert answer["stratum"] == "7"
    assert abs(seconds(answer["offset"])) <= seconds(answer["delay"]) / 2 + 0.001  # both have the same clock
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} UTC", answer["time"])


@needs_chrony
def test_client_hears_that_chrony_does_not_know_the_time(tmp_path: Path) -> None:
    with chrony_serving(tmp_path) as port:
        asked = run("query", "127.0.0.1", "--port", port, "--timeout", "10000")
    assert (asked.returncode, asked.stdout) == (2, b"")
    assert_one_line(asked.stderr, f"127.0.0.1:{port}", "does not know the time")


def test_client_asks_our_server() -> None:
    with serving("--host", "localhost") as server:
        asked = run("query", server.host, "--port", str(server.port), "--timeout", "10000")
    assert (asked.returncode, asked.stderr) == (0, b"")
    assert told(asked.stdout)["stratum"] == "10"


def test_client_gives_up_on_silence_and_asks_once() -> None:
    with bound() as (server, port):
        silence = run("query", "127.0.0.1", "--port", port, "--timeout", "1")
        assert (silence.returncode, silence.stdout) == (1, b"")
        assert_one_line(silence.stderr, f"no answer from 127.0.0.1:{port}")
        assert len(server.recv(100)) == 48
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.recv(100)


def test_client_hears_that_nobody_listens() -> None:
    with bound() as (holder, port):
        holder.close()
        refused = run("query", "127.0.0.1", "--port", port, "--timeout", "1000000")
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert_one_line(refused.stderr, f"no answer from 127.0.0.1:{port}", "nobody listens")


# Wrong options and values.


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["serve", "--port", "65536"], "--port"),
        (["serve", "somewhere"], "somewhere"),
        (["serve", "--host", NO_HOST], "no such host"),
        (["query"], "HOST"),
        (["query", "127.0.0.1", "123"], "HOST"),
        (["query", "127.0.0.1", "--port", "0"], "--port"),
        (["query", "127.0.0.1", "--timeout", "soon"], "--timeout"),
        (["query", "127.0.0.1", "--colour"], "--colour"),
        (["query", NO_HOST], "no such host"),
    ],
    ids=" ".join,
)
def test_misuse_is_one_line_and_status_2(arguments: list[str], complaint: str) -> None:
    misused = run(*arguments)
    assert (misused.returncode, misused.stdout) == (2, b"")
    assert_one_line(misused.stderr, complaint)


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["query", "--help"]])
def test_help_goes_to_standard_output(arguments: list[str]) -> None:
    shown = run(*arguments)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert shown.stdout.startswith(b"usage: timeslice-time ")


def test_a_verbose_server_tells_each_request() -> None:
    with serving("--verbose") as server, bound() as (client, port):
        client.sendto(REQUEST, (server.host, server.port))
        assert server.process.stderr is not None
        assert read_line(server.process.stderr) == f"127.0.0.1:{port} 48 bytes"
