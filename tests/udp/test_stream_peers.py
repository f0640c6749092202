"""Streams and datagrams with foreign programs (Python's sockets and struct, socat), and the comparison."""

from __future__ import annotations

import re
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import running
from running import PATIENCE, assert_one_line, read_line, started

PROGRAM = "timeslice-udp"
serving = partial(running.serving, PROGRAM)
run = partial(running.run, PROGRAM)
ROOT = Path(__file__).resolve().parents[2]
MESSAGES = (b"one", b"", b"three" * 1000, bytes(range(256)), b"", b"x")

needs_socat = pytest.mark.skipif(shutil.which("socat") is None, reason="socat is not installed: make setup")

# The ten lines of the lecture. Only the port differs: the kernel chooses it, and the first line of output tells it.
SERVER_OF_THE_LECTURE = """
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    message, client = server.recvfrom(1024)
    server.sendto(message.upper(), client)
"""
CLIENT_OF_THE_LECTURE = """
import socket, sys
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for message in (b"hello", b"", b"world"):
    client.sendto(message, ("127.0.0.1", int(sys.argv[1])))
for _ in range(3):
    message, server = client.recvfrom(1024)
    print(message.decode(), server[0], server[1])
"""


def frame(payload: bytes) -> bytes:
    """One frame, made by Python."""
    return struct.pack("!I", len(payload)) + payload


def hear(stream: socket.socket, count: int) -> bytes:
    """Exactly ``count`` bytes, read by Python."""
    heard = b""
    while len(heard) < count:
        some = stream.recv(count - len(heard))
        assert some, f"the stream ended after {heard!r}"
        heard += some
    return heard


def hear_frame(stream: socket.socket) -> bytes:
    """The payload of one frame."""
    (length,) = struct.unpack("!I", hear(stream, 4))
    return hear(stream, length)


@contextmanager
def connected() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a TCP connection on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = socket.create_connection(listener.getsockname(), timeout=PATIENCE)
        other, _ = listener.accept()
        with one, other:
            other.settimeout(PATIENCE)
            yield one, other


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """tests/udp/peers/frames.c with the reference's streams."""
    made = tmp_path_factory.mktemp("peers") / "frames"
    sources = [ROOT / "tests/udp/peers/frames.c", *sorted((ROOT / "reference/udp").glob("stream_*.c"))]
    flags = ["-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{ROOT / 'spec/include'}"]
    subprocess.run(["gcc", *flags, "-o", made, *sources], check=True, timeout=600)
    return made


def ended(process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    """Waits until the program ends by itself. Returns its exit status and its error output."""
    _, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, errors


@contextmanager
def talking(program: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], socket.socket]]:
    """The program with a TCP connection as its input and output, and the other end of the connection."""
    with connected() as (ours, theirs):
        process = subprocess.Popen(
            [program, *arguments], stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=subprocess.PIPE
        )
        theirs.close()
        with process:
            try:
                yield process, ours
            finally:
                process.kill()


# Frames, compared with Python's struct.


def test_frames_that_python_glued_together(program: Path) -> None:
    with talking(program, "frames", "65536") as (process, stream):
        stream.sendall(b"".join(map(frame, MESSAGES)))
        assert [hear_frame(stream) for _ in MESSAGES] == list(MESSAGES)
        stream.shutdown(socket.SHUT_WR)
        assert stream.recv(1) == b""
        assert ended(process) == (0, b"")


def test_frames_that_python_sends_byte_by_byte(program: Path) -> None:
    with talking(program, "frames", "65536") as (_, stream):
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in frame(b"piece by piece") + frame(b""):
            stream.sendall(bytes([byte]))
        assert hear_frame(stream) == b"piece by piece"
        assert hear_frame(stream) == b""


def test_a_frame_that_is_too_long_is_skipped(program: Path) -> None:
    with talking(program, "frames", "10") as (_, stream):
        stream.sendall(frame(b"x" * 100_000) + frame(b"next"))
        assert hear_frame(stream) == b"too long: 100000"
        assert hear_frame(stream) == b"next"


@pytest.mark.parametrize(
    "broken", [b"\0", b"\0\0\0", frame(b"hello")[:4], frame(b"hello")[:-1], b"\xff" * 4 + b"hello"]
)
def test_a_stream_that_ends_in_the_middle(program: Path, broken: bytes) -> None:
    with talking(program, "frames", "10") as (process, stream):
        stream.sendall(frame(b"whole") + broken)
        assert hear_frame(stream) == b"whole"
        stream.shutdown(socket.SHUT_WR)
        assert ended(process) == (1, b"EPROTO\n")


def test_a_peer_that_is_gone(program: Path) -> None:
    with talking(program, "bytes", "1000") as (process, stream):
        stream.sendall(b"x" * 100_000)
        stream.close()  # bytes are unread, so the kernel resets the connection
        status, told = ended(process)
        assert status == 1  # and not ended by SIGPIPE
        assert told in (b"EPIPE\n", b"ECONNRESET\n")


def test_bytes_of_python_in_blocks(program: Path) -> None:
    data = bytes(i * i % 251 for i in range(100_000))
    with talking(program, "bytes", "1000") as (process, stream):
        for start in range(0, len(data), 7777):
            stream.sendall(data[start : start + 7777])
        stream.shutdown(socket.SHUT_WR)
        assert hear(stream, len(data)) == data
        assert ended(process) == (0, b"")


# Frames through socat, which passes on three bytes at a time.


@contextmanager
def listening_socat(*arguments: str) -> Iterator[int]:
    """A socat on a port that the kernel chooses, and this port."""
    with started("socat", "-d", "-d", *arguments, stdin=subprocess.DEVNULL) as process:
        assert process.stderr is not None
        told = read_line(process.stderr)
        while "listening on" not in told:
            told = read_line(process.stderr)
        yield int(told.rpartition(":")[2])


@needs_socat
def test_frames_through_socat_in_small_pieces(program: Path) -> None:
    with (
        listening_socat("-b", "3", "TCP4-LISTEN:0,bind=127.0.0.1,nodelay", f"EXEC:{program} frames 65536") as port,
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as stream,
    ):
        stream.sendall(b"".join(map(frame, MESSAGES)))
        assert [hear_frame(stream) for _ in MESSAGES] == list(MESSAGES)


@needs_socat
def test_frames_over_the_tcp_socket_of_socat(program: Path) -> None:
    with (
        listening_socat("TCP4-LISTEN:0,bind=127.0.0.1", f"EXEC:{program} frames 10,nofork") as port,
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as stream,
    ):
        stream.sendall(frame(b"hello") + frame(b"x" * 11) + frame(b""))
        assert [hear_frame(stream) for _ in range(3)] == [b"hello", b"too long: 11", b""]


# Datagrams.


@needs_socat
@pytest.mark.parametrize("message", ["hello", "x" * 1400], ids=len)
def test_client_asks_socat(message: str) -> None:
    with listening_socat("UDP4-LISTEN:0,bind=127.0.0.1", "PIPE") as port:
        answered = run("call", "127.0.0.1", str(port), message)
        assert (answered.returncode, answered.stdout, answered.stderr) == (0, message.encode(), b"")


@needs_socat
def test_server_answers_socat() -> None:
    with serving() as server, started("socat", "-", f"UDP4:{server.host}:{server.port}") as client:
        assert client.stdin is not None
        assert client.stdout is not None
        for line in (b"a line\n", b"another\n"):
            client.stdin.write(line)
            assert read_line(client.stdout).encode() + b"\n" == line


@contextmanager
def server_of_the_lecture() -> Iterator[str]:
    """The lecture's server as a separate program, and its port."""
    with started(sys.executable, "-c", SERVER_OF_THE_LECTURE, stdin=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        yield read_line(server.stdout)


@pytest.mark.parametrize(("message", "answer"), [("hello", b"HELLO"), ("", b""), ("x" * 1500, b"X" * 1024)], ids=len)
def test_client_asks_the_server_of_the_lecture(message: str, answer: bytes) -> None:
    """The server has room for 1024 bytes. It never learns that there were more."""
    with server_of_the_lecture() as port:
        answered = run("call", "127.0.0.1", port, message)
        assert (answered.returncode, answered.stdout, answered.stderr) == (0, answer, b"")


def test_server_answers_the_client_of_the_lecture() -> None:
    with serving() as server:
        client = subprocess.run(
            [sys.executable, "-c", CLIENT_OF_THE_LECTURE, str(server.port)],
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
        at = f"127.0.0.1 {server.port}"
        assert client.stdout.decode().splitlines() == [f"hello {at}", f" {at}", f"world {at}"]


# The comparison.

LADDERS = """\
Two sends, one read of 11 bytes

  UDP sender         receiver                      TCP sender         receiver
  ├─ first ─────────►│                           ├─ first ─────────►│
  ├─ second ────────►│                           ├─ second ────────►│
  │                  │ first                     │                  │ firstsecond
  │                  │ second                    │                  │

A read of 4 bytes is too short for the message

  UDP sender         receiver                      TCP sender         receiver
  ├─ 0123456789 ────►│                           ├─ 0123456789 ────►│
  ├─ next ──────────►│                           ├─ next ──────────►│
  │                  │ 0123 (6 bytes lost)       │                  │ 0123
  │                  │ next                      │                  │ 456789
  │                  │                           │                  │ next

A send of nothing

  UDP sender         receiver                      TCP sender         receiver
  ├─ (nothing) ─────►│                           ├─ (nothing)       │
  ├─ ab ────────────►│                           ├─ ab ────────────►│
  │                  │ an empty message          │                  │ ab
  │                  │ ab                        │                  │

The sender closes

  UDP sender         receiver                      TCP sender         receiver
  ├─ bye ───────────►│                           ├─ bye ───────────►│
  ├─ closes          │                           ├─ closes ────────►│
  │                  │ bye                       │                  │ bye
  │                  │ nothing, for 100 ms       │                  │ 0: the end

"""


def test_comparison_shows_what_came() -> None:
    shown = run("compare")
    assert (shown.returncode, shown.stderr) == (0, b"")
    ladders, _, overflow = shown.stdout.decode().partition("1000 messages")
    assert ladders == LADDERS
    full = re.search(r"full at byte (\d+)\n", overflow)
    came = re.search(r"(\d+) of 1000 came .* (\d+) of 1000 came\n", overflow)
    assert full is not None
    assert came is not None
    assert 0 < int(full[1]) < 1_000_000
    assert 0 < int(came[1]) < 1000
    assert int(came[2]) == 1000


def test_comparison_takes_no_arguments() -> None:
    misused = run("compare", "all")
    assert (misused.returncode, misused.stdout) == (2, b"")
    assert_one_line(misused.stderr, PROGRAM, "all", "takes no such argument")


def test_comparison_has_help() -> None:
    shown = run("compare", "--help")
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert shown.stdout.startswith(b"usage: timeslice-udp compare\n")
