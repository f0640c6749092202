"""Scenarios of `serve` in the UDP lab: Python's sockets are the clients."""

from __future__ import annotations

import signal
import socket

from timeslice.witness.scenario import (
    Program,
    Scene,
    listening,
    port_of,
    require,
    require_end,
    require_same,
    require_stop,
    scenario,
)

# A server may send and receive with the other functions of its lab, or with calls of its own.
NEEDS = "UDP-OPEN UDP-TX UDP-RX UDP-SRV"
REQUEST_MAX = 8192
LECTURE_ROOM = 1024  # the lecture's client calls recvfrom(1024)


def echoed(program: Program, client: socket.socket, at: tuple[str, int], request: bytes) -> None:
    """Send a request and see it come back, from where it was sent to."""
    client.sendto(request, at)
    reply, sender = program.receive(client)
    require_same("the sender of a reply", sender, at)
    require_same("the reply", reply, request)


@scenario("udp", shows="UDP-OPEN-008 UDP-OPEN-010 UDP-SRV-001 UDP-SRV-009 UDP-SRV-014", needs=NEEDS)
def the_lectures_client_is_answered(scene: Scene) -> None:
    """The lecture's client sends b'hello' with Python's socket, and a longer message into recvfrom(1024)."""
    server = scene.start("serve")
    at = listening(server)
    client = scene.peer()
    echoed(server, client, at, b"hello")
    long = scene.noise(LECTURE_ROOM + 1, 4000)
    client.sendto(long, at)
    reply, _ = server.receive(client, LECTURE_ROOM)
    require_same("the first 1024 bytes of a longer reply", reply, long[:LECTURE_ROOM])
    echoed(server, client, at, b"next")  # the rest of the longer reply is lost
    require_stop(server, "received 3, replied 3, declined 0, oversized 0, failed 0")


@scenario("udp", shows="UDP-SRV-004 UDP-SRV-006 UDP-SRV-013 UDP-RX-001 UDP-RX-006 UDP-TX-002 UDP-TX-008", needs=NEEDS)
def requests_of_every_kind_come_back(scene: Scene) -> None:
    """Python's socket sends random bytes, nothing at all, and the longest request."""
    server = scene.start("serve", "--host", "127.0.0.1", "--port", "0")
    at = listening(server)
    client = scene.peer()
    requests = [scene.noise(1, 2000) for _ in range(8)] + [b"", b"\0", bytes(range(256)), scene.noise(8192, 8192)]
    scene.random.shuffle(requests)
    for request in requests:
        echoed(server, client, at, request)
    require_stop(server, f"received {len(requests)}, replied {len(requests)}, declined 0, oversized 0, failed 0")


@scenario("udp", shows="UDP-SRV-002", needs=NEEDS)
def clients_are_kept_apart(scene: Scene) -> None:
    """Five Python sockets send at once, in a random order. Each gets its own replies."""
    server = scene.start("serve")
    at = listening(server)
    clients = [scene.peer() for _ in range(5)]
    turns = [client for client in range(5) for _ in range(4)]
    scene.random.shuffle(turns)
    sent: dict[int, list[bytes]] = {client: [] for client in range(5)}
    for turn in turns:
        request = scene.noise(1, 100)
        sent[turn].append(request)
        clients[turn].sendto(request, at)
    for turn, requests in sent.items():
        got = sorted(server.receive(clients[turn])[0] for _ in requests)
        require_same(f"the replies of client {turn}", got, sorted(requests))
    require_stop(server, "received 20, replied 20, declined 0, oversized 0, failed 0")


@scenario("udp", shows="UDP-SRV-005 UDP-SRV-007", needs=NEEDS)
def nothing_ends_the_service(scene: Scene) -> None:
    """A request is too long, and a client goes away before its reply. Then the server answers the next client."""
    server = scene.start("serve")
    at = listening(server)
    with scene.peer() as gone:
        gone.sendto(b"bye", at)
    client = scene.peer()
    client.sendto(scene.noise(REQUEST_MAX + 1, 20000), at)
    echoed(server, client, at, scene.noise(1, 100))
    server.send(signal.SIGTERM)
    ended = server.end()
    require_end(ended)
    require(ended.output.startswith(b"received 3, "), f"3 requests came, but it says {ended.output!r}")
    require(b" oversized 1," in ended.output, f"1 request was too long, but it says {ended.output!r}")


@scenario("udp", shows="UDP-OPEN-009 UDP-OPEN-006 UDP-RX-013", needs=NEEDS)
def ipv6_works_like_ipv4(scene: Scene) -> None:
    """Python's socket asks a server on ::1."""
    server = scene.start("serve", "--host", "::1")
    host, port = listening(server)
    require_same("the address of the server", host, "::1")
    client = scene.peer("::1")
    echoed(server, client, ("::1", port), scene.noise(1, 500))
    require_stop(server, "received 1, replied 1, declined 0, oversized 0, failed 0")


@scenario("udp", shows="UDP-OPEN-008 UDP-OPEN-011", needs=NEEDS)
def it_takes_the_port_that_it_is_told(scene: Scene) -> None:
    """It listens on the port that it is told. If somebody has the port, it says so and ends with status 2."""
    holder = scene.peer()
    port = port_of(holder)
    taken = scene.run("serve", "--port", port)
    require_end(taken, 2, b"")
    holder.close()
    server = scene.start("serve", "--port", port)
    at = listening(server)
    require_same("its address", at, ("127.0.0.1", int(port)))
    echoed(server, scene.peer(), at, b"hello")
    require_stop(server, "received 1, replied 1, declined 0, oversized 0, failed 0")
