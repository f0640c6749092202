"""A program that a witness watches: its pipes, its process and its end. Only its bytes are believed.

Nothing here waits for a short time. A program that says nothing for ``PATIENCE`` seconds counts as hung.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

PATIENCE = 20.0
_OUTPUT_MAX = 1 << 20  # bytes of one stream that a program may write
_SHOWN = 200  # characters of an output in a story


class DisagreementError(Exception):
    """The witness sees that the program breaks a clause. The text is one sentence for a person."""


@dataclass(frozen=True)
class Ended:
    """How a program ended, and its whole output. A status below 0 is the number of the signal that killed it."""

    status: int
    output: bytes
    errors: bytes


class Program:
    """A running program, as somebody outside sees it."""

    def __init__(self, pid: int, streams: tuple[int, int, int], reap: Callable[[], int]) -> None:
        """``pid``: as we know it. It is not reaped before ``reap``, which returns its status after its end.

        ``streams``: our ends of the pipes for its input, its output and its errors."""
        self.pid = pid
        self._input, self._output, self._errors = streams
        self._reap = reap
        self._status: int | None = None
        self._read: dict[int, bytearray] = {self._output: bytearray(), self._errors: bytearray()}
        self._open = set(self._read)
        self._pidfd = os.pidfd_open(pid)
        for fd in streams:
            os.set_blocking(fd, False)

    def close(self) -> None:
        """Close our ends."""
        self.close_input()
        for fd in (*self._read, self._pidfd):
            os.close(fd)

    # ---- what goes in ----

    def write(self, data: bytes) -> None:
        """Write to its standard input, as fast as it reads."""
        deadline = _Deadline()
        while data and not self._has_ended(0):
            try:
                data = data[os.write(self._input, data) :]
            except BlockingIOError:
                self._pump(deadline, writing=True)
            except BrokenPipeError:
                return

    def close_input(self) -> None:
        """Close its standard input: it reads an end of file."""
        if self._input >= 0:
            os.close(self._input)
            self._input = -1

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, number)

    # ---- what comes out ----

    def line(self) -> str:
        """The next line of its output. Raises DisagreementError if none comes."""
        deadline, buffer = _Deadline(), self._read[self._output]
        while b"\n" not in buffer:
            ended = self._output not in self._open or self._has_ended(0)
            if ended and not self._drain():
                raise DisagreementError(f"it ended, but a line of output was expected; it said {shown(self._said())}")
            self._pump(deadline)
        line, _, rest = bytes(buffer).partition(b"\n")
        buffer[:] = rest
        return line.decode("utf-8", "replace")

    def receive(self, peer: socket.socket, room: int = 65536) -> tuple[bytes, tuple[str, int]]:
        """The next datagram at a peer, and its sender. Raises DisagreementError if none comes before the end."""
        deadline = _Deadline()
        while True:
            ended = self._has_ended(0)
            peer.setblocking(False)
            try:
                data, sender = peer.recvfrom(room)
            except BlockingIOError:
                if ended:
                    why = f"the program ended and sent no datagram; it said {shown(self._said())}"
                    raise DisagreementError(why) from None
                self._pump(deadline, peer.fileno())
            else:
                return data, (sender[0], sender[1])

    def end(self) -> Ended:
        """Close its input, and wait until it ends by itself. Raises DisagreementError if it does not."""
        self.close_input()
        deadline = _Deadline()
        while not self._has_ended(0):
            self._pump(deadline)
        self._drain()
        if self._status is None:
            self._status = self._reap()
        return Ended(self._status, bytes(self._read[self._output]), bytes(self._read[self._errors]))

    def _said(self) -> bytes:
        self._drain()
        return bytes(self._read[self._output]) or bytes(self._read[self._errors])

    def _has_ended(self, milliseconds: float) -> bool:
        poller = select.poll()
        poller.register(self._pidfd, select.POLLIN)
        return bool(poller.poll(milliseconds))

    def _drain(self) -> bool:
        """Read what is in the pipes now. Returns whether there was anything."""
        found = False
        for fd in tuple(self._open):
            while got := self._take(fd):
                found = found or bool(got)
        return found

    def _take(self, fd: int) -> int:
        """Read some bytes of a stream, without waiting. Returns their number."""
        try:
            got = os.read(fd, 1 << 16)
        except BlockingIOError:
            return 0
        if not got:
            self._open.discard(fd)
        self._read[fd] += got
        if len(self._read[fd]) > _OUTPUT_MAX:
            raise DisagreementError(f"it writes more than {_OUTPUT_MAX >> 20} MiB")
        return len(got)

    def _pump(self, deadline: _Deadline, *others: int, writing: bool = False) -> None:
        """Wait for output, for the program's end, or until one of ``others`` is readable. Read the output."""
        poller = select.poll()
        for fd in (*self._open, self._pidfd, *others):
            poller.register(fd, select.POLLIN)
        if writing:
            poller.register(self._input, select.POLLOUT)
        ready = poller.poll(deadline.left * 1000)
        if not ready:
            raise DisagreementError(f"nothing happened for {PATIENCE:.0f} seconds; it said {shown(self._said())}")
        for fd, _ in ready:
            if fd in self._open:
                self._take(fd)


class _Deadline:
    """The end of a wait."""

    def __init__(self) -> None:
        self._at = time.monotonic() + PATIENCE

    @property
    def left(self) -> float:
        return max(0.0, self._at - time.monotonic())


def shown(data: bytes | str) -> str:
    """Bytes or a text for a story: in quotes, and short."""
    text = ascii(data)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(data)} in all)"
