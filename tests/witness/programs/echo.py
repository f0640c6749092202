"""The lecture's UDP server and client in Python, with the command line of spec/conform.md.

The lecture's server answers every request with b'hi'. This one sends the request back, as the lab's server does."""

from __future__ import annotations

import argparse
import os
import select
import signal
import socket
import sys
import time

REQUEST_MAX = 8192


def family_of(host: str) -> socket.AddressFamily:
    """IPv4 or IPv6."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def serve(host: str, port: int) -> int:
    """Send each datagram back, until SIGINT or SIGTERM."""
    stop, stopper = os.pipe()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os.write(stopper, b"x"))
    with socket.socket(family_of(host), socket.SOCK_DGRAM) as server:
        try:
            server.bind((host, port))
        except OSError as error:
            print(f"cannot listen on {host} port {port}: {error.strerror}", file=sys.stderr)
            return 2
        shown = f"[{host}]" if ":" in host else host
        print(f"listening on {shown}:{server.getsockname()[1]}", flush=True)
        received = oversized = 0
        while stop not in select.select([stop, server.fileno()], [], [])[0]:
            request, client = server.recvfrom(65536)
            received += 1
            if len(request) > REQUEST_MAX:
                oversized += 1
            else:
                server.sendto(request, client)
    print(f"received {received}, replied {received - oversized}, declined 0, oversized {oversized}, failed 0")
    return 0


def call(host: str, port: int, message: bytes, attempts: int, timeout_ms: int) -> int:
    """Ask a server, and print its reply."""
    with socket.socket(family_of(host), socket.SOCK_DGRAM) as client:
        client.connect((host, port))  # the kernel then gives us datagrams of this server only
        for attempt in range(attempts):
            try:
                client.send(message)
                deadline = time.monotonic() + timeout_ms / 1000 * 2**attempt
                client.settimeout(max(0.001, deadline - time.monotonic()))
                sys.stdout.buffer.write(client.recv(65536))
            except TimeoutError:
                continue
            except ConnectionRefusedError:
                return 1
            return 0
    return 1


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=0)
    calling = commands.add_parser("call")
    calling.add_argument("host")
    calling.add_argument("port", type=int)
    calling.add_argument("message", nargs="?")
    calling.add_argument("--attempts", type=int, default=4)
    calling.add_argument("--timeout", type=int, default=100)
    told = parser.parse_args()
    if told.command == "serve":
        return serve(told.host, told.port)
    message = sys.stdin.buffer.read() if told.message is None else told.message.encode()
    return call(told.host, told.port, message, told.attempts, told.timeout)


if __name__ == "__main__":
    sys.exit(main())
