"""timeslice-udp with netcat and with Python's own sockets, as server and as client."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from functools import partial
from pathlib import Path

import pytest
import running
from running import PATIENCE, PROGRAMS, bound, finish, read_line, started

PROGRAM = "timeslice-udp"
REQUEST_MAX = 8192
ALL_BYTES = bytes(range(256)) * 4
NO_HOST = "x" * 64  # a label has at most 63 characters, so no name server is asked

serving = partial(running.serving, PROGRAM)
run = partial(running.run, PROGRAM)


def assert_one_line(errors: bytes, *parts: str) -> None:
    """Asserts that timeslice-udp wrote exactly one line, with all these parts."""
    running.assert_one_line(errors, PROGRAM, *parts)


# The server.


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("request_bytes", [b"hello", b"", ALL_BYTES, b"x" * REQUEST_MAX], ids=len)
def test_server_echoes_to_a_python_socket(host: str, request_bytes: bytes) -> None:
    with serving("--host", host) as server, bound(host) as (client, _):
        client.sendto(request_bytes, (server.host, server.port))
        reply, sender = client.recvfrom(65536)
        assert reply == request_bytes
        assert sender[:2] == (host, server.port)


def test_server_echoes_to_netcat() -> None:
    with serving() as server:
        netcat = subprocess.run(
            ["nc", "-u", "-W", "1", server.host, str(server.port)],
            input=b"a line\n",
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
        assert netcat.stdout == b"a line\n"


def test_server_keeps_clients_apart() -> None:
    with serving() as server, bound() as (one, _), bound() as (other, _):
        at = (server.host, server.port)
        for client, request in [(one, b"1"), (other, b"2"), (one, b"3"), (other, b"4")]:
            client.sendto(request, at)
        assert [one.recv(100), one.recv(100)] == [b"1", b"3"]
        assert [other.recv(100), other.recv(100)] == [b"2", b"4"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_server_stops_on_a_signal_and_tells_what_it_did(number: signal.Signals) -> None:
    with serving() as server, bound() as (client, _):
        at = (server.host, server.port)
        client.sendto(b"x" * (REQUEST_MAX + 1), at)
        client.sendto(b"hello", at)
        assert client.recv(100) == b"hello"
        server.process.send_signal(number)
        assert finish(server.process) == (0, b"received 2, replied 1, declined 0, oversized 1, failed 0\n", b"")


def test_server_survives_a_client_that_is_gone() -> None:
    with serving() as server, bound() as (client, _):
        at = (server.host, server.port)
        with bound() as (gone, _):
            gone.sendto(b"bye", at)
        client.sendto(b"hello", at)
        assert client.recv(100) == b"hello"


def test_verbose_server_tells_each_request() -> None:
    with serving("--verbose") as server, bound() as (client, port):
        client.sendto(b"hello", (server.host, server.port))
        assert server.process.stderr is not None
        assert read_line(server.process.stderr) == f"127.0.0.1:{port} 5 bytes"


def test_server_listens_on_the_port_asked_for() -> None:
    with bound() as (holder, port):
        taken = run("serve", "--port", port)
        assert taken.returncode == 2
        assert taken.stdout == b""
        assert_one_line(taken.stderr, f"127.0.0.1 port {port}", "the port is taken")
        holder.close()
        with serving("--port", port) as server:
            assert server.port == int(port)


# The client.


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("reply", [b"an answer", b"", ALL_BYTES, b"x" * 65507], ids=len)
def test_client_asks_a_python_socket(host: str, reply: bytes) -> None:
    with bound(host) as (server, port), started(PROGRAMS / PROGRAM, "call", host, port, "a question") as client:
        request, sender = server.recvfrom(65536)
        assert request == b"a question"
        server.sendto(reply, sender)
        assert finish(client) == (0, reply, b"")


def test_client_asks_netcat() -> None:
    with started("nc", "-n", "-v", "-u", "-l", "127.0.0.1", "0") as netcat:
        assert netcat.stdin is not None
        assert netcat.stdout is not None
        assert netcat.stderr is not None
        port = read_line(netcat.stderr).rpartition(" ")[2]  # Bound on 127.0.0.1 40123
        netcat.stdin.write(b"netcat's answer\n")
        answered = run("call", "127.0.0.1", port, "a line for netcat\n")
        assert (answered.returncode, answered.stdout, answered.stderr) == (0, b"netcat's answer\n", b"")
        assert read_line(netcat.stdout) == "a line for netcat"


def test_client_asks_our_server_by_name() -> None:
    with serving("--host", "localhost") as server:
        answered = run("call", server.host, str(server.port), "hello")
        assert (answered.returncode, answered.stdout, answered.stderr) == (0, b"hello", b"")


@pytest.mark.parametrize("message", [b"", b"two\nlines\n", ALL_BYTES, b"x" * REQUEST_MAX], ids=len)
def test_client_sends_standard_input(message: bytes) -> None:
    with serving() as server:
        answered = run("call", server.host, str(server.port), stdin=message)
        assert (answered.returncode, answered.stdout, answered.stderr) == (0, message, b"")


@pytest.mark.parametrize(
    ("message", "shown"),
    [(b"hello", b"hello\r\n"), (b"a line\n", b"a line\r\n"), (b"", b"\r\n")],
    ids=["text", "line", "nothing"],
)
def test_on_a_terminal_the_answer_ends_with_a_newline(message: bytes, shown: bytes) -> None:
    ours, terminal = pty.openpty()  # a terminal shows a newline as a carriage return and a newline
    try:
        with serving() as server:
            command: list[str | Path] = [PROGRAMS / PROGRAM, "call", server.host, str(server.port)]
            subprocess.run(command, input=message, stdout=terminal, timeout=PATIENCE, check=True)
        os.write(terminal, b"end")  # everything before this is the program's whole output
        got = b""
        while not got.endswith(b"end"):
            got += os.read(ours, 100)
        assert got == shown + b"end"
    finally:
        os.close(ours)
        os.close(terminal)


def test_client_sends_the_longest_message_there_is() -> None:
    message = b"m" * 65507
    with bound() as (server, port), started(PROGRAMS / PROGRAM, "call", "127.0.0.1", port) as client:
        assert client.stdin is not None
        client.stdin.write(message)
        client.stdin.close()
        client.stdin = None
        request, sender = server.recvfrom(65536)
        assert request == message
        server.sendto(b"got it", sender)
        assert finish(client) == (0, b"got it", b"")


def test_client_takes_a_message_that_looks_like_an_option() -> None:
    with serving() as server:
        answered = run("call", server.host, str(server.port), "--", "--help")
        assert (answered.returncode, answered.stdout) == (0, b"--help")


def test_client_asks_again_from_the_same_port() -> None:
    with (
        bound() as (server, port),
        started(PROGRAMS / PROGRAM, "call", "127.0.0.1", port, "again", "--attempts", "50", "--timeout", "1") as client,
    ):
        requests = [server.recvfrom(100) for _ in range(3)]
        assert requests == [requests[0]] * 3
        server.sendto(b"at last", requests[0][1])
        assert finish(client) == (0, b"at last", b"")


def test_client_gives_up_on_silence() -> None:
    with bound() as (server, port):
        silence = run("call", "127.0.0.1", port, "anybody?", "--attempts", "3", "--timeout", "1")
        assert (silence.returncode, silence.stdout) == (1, b"")
        assert_one_line(silence.stderr, f"no answer from 127.0.0.1:{port}")
        assert [server.recv(100) for _ in range(3)] == [b"anybody?"] * 3
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.recv(100)


def test_client_hears_that_nobody_listens() -> None:
    with bound() as (holder, port):
        holder.close()
        refused = run("call", "127.0.0.1", port, "anybody?", "--timeout", "1000000")
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert_one_line(refused.stderr, f"no answer from 127.0.0.1:{port}", "nobody listens")


# Wrong options and values.


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["serve", "--port", "65536"], "--port"),
        (["serve", "--port", "12x"], "--port"),
        (["serve", "--port"], "--port"),
        (["serve", "--colour"], "--colour"),
        (["serve", "somewhere"], "somewhere"),
        (["serve", "--host", NO_HOST], "no such host"),
        (["call"], "HOST PORT"),
        (["call", "127.0.0.1"], "HOST PORT"),
        (["call", "127.0.0.1", "9", "a", "b"], "HOST PORT"),
        (["call", "127.0.0.1", "0", "a"], "PORT"),
        (["call", "127.0.0.1", "-1", "a"], "invalid option"),
        (["call", "127.0.0.1", "9", "a", "--attempts", "0"], "--attempts"),
        (["call", "127.0.0.1", "9", "a", "--timeout", "soon"], "--timeout"),
        (["call", NO_HOST, "9", "a"], "no such host"),
    ],
    ids=" ".join,
)
def test_misuse_is_one_line_and_status_2(arguments: list[str], complaint: str) -> None:
    misused = run(*arguments)
    assert (misused.returncode, misused.stdout) == (2, b"")
    assert_one_line(misused.stderr, complaint)


@pytest.mark.parametrize("length", [65508, 65528, 70000])
def test_message_that_fits_no_datagram_is_refused(length: int) -> None:
    with bound() as (_, port):
        refused = run("call", "127.0.0.1", port, stdin=b"x" * length)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert_one_line(refused.stderr, "does not fit in one datagram")


@pytest.mark.parametrize("arguments", [[], ["listen"], ["serve-and-call"]])
def test_without_a_command_it_shows_its_usage(arguments: list[str]) -> None:
    shown = run(*arguments)
    assert (shown.returncode, shown.stdout) == (2, b"")
    assert shown.stderr.startswith(b"usage: timeslice-udp serve ")


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["call", "--help"]])
def test_help_goes_to_standard_output(arguments: list[str]) -> None:
    shown = run(*arguments)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert shown.stdout.startswith(b"usage: timeslice-udp ")


def test_output_that_cannot_be_written_is_an_error() -> None:
    with Path("/dev/full").open("wb") as full:
        shown = subprocess.run(
            [PROGRAMS / PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE, check=False
        )
    assert shown.returncode == 2
    assert_one_line(shown.stderr, "standard output")
