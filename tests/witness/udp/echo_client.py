"""Scenarios of `call` and `compare` in the UDP lab: Python's sockets are the servers, and a relay loses datagrams."""

from __future__ import annotations

import signal
import socket

from timeslice.witness.scenario import Program, Scene, listening, port_of, require_end, require_same, scenario

NEEDS = "UDP-OPEN UDP-TX UDP-RX UDP-CLI UDP-LOSS"
PATIENT = ("--attempts", "1", "--timeout", "1000000")
STUBBORN = ("--attempts", "14", "--timeout", "5")  # 14 attempts take 80 seconds
LOST_MOST = 5  # datagrams that a relay loses of one call, at most
TCP_OVERFLOW = b"1000 messages"  # here begins what depends on the buffers of the kernel


def called(scene: Scene, host: str, request: bytes, reply: bytes) -> None:
    """The program asks a Python socket, which answers once."""
    server = scene.peer(host)
    client = scene.start("call", host, port_of(server), *PATIENT)
    client.write(request)
    client.close_input()
    got, sender = client.receive(server)
    require_same("the request", got, request)
    server.sendto(reply, sender)
    require_end(client.end(), 0, reply)


@scenario("udp", shows="UDP-CLI-001", needs=NEEDS)
def the_lectures_server_says_hi(scene: Scene) -> None:
    """The lecture's server is a Python socket. It answers b'hello' with b'hi'."""
    server = scene.peer()
    client = scene.start("call", "127.0.0.1", port_of(server), "hello", *PATIENT)
    request, sender = client.receive(server, 1024)
    require_same("the request", request, b"hello")
    server.sendto(b"hi", sender)
    require_end(client.end(), 0, b"hi")


@scenario("udp", shows="UDP-CLI-001 UDP-CLI-008", needs=NEEDS)
def answers_of_every_kind_are_printed(scene: Scene) -> None:
    """Python's socket answers with random bytes, with nothing at all, and with the longest datagram."""
    for reply in (scene.noise(1, 2000), b"", scene.noise(65507, 65507)):
        called(scene, "127.0.0.1", scene.noise(0, 8000), reply)


@scenario("udp", shows="UDP-CLI-014 UDP-OPEN-002", needs=NEEDS)
def it_asks_over_ipv6(scene: Scene) -> None:
    """Python's socket answers on ::1."""
    called(scene, "::1", scene.noise(1, 500), scene.noise(1, 500))


@scenario("udp", shows="UDP-CLI-002", needs=NEEDS)
def it_asks_again(scene: Scene) -> None:
    """The first requests get no answer. The same bytes come again, from the same socket."""
    server = scene.peer()
    client = scene.start("call", "127.0.0.1", port_of(server), "again", *STUBBORN)
    senders = set()
    for _ in range(scene.random.randint(2, LOST_MOST)):
        request, sender = client.receive(server)
        require_same("a repeated request", request, b"again")
        senders.add(sender)
    require_same("the number of its sockets", len(senders), 1)
    server.sendto(b"at last", senders.pop())
    require_end(client.end(), 0, b"at last")


@scenario("udp", shows="UDP-CLI-003", needs=NEEDS)
def it_gives_up(scene: Scene) -> None:
    """Nobody answers. It asks as often as it is told, and ends with status 1."""
    server = scene.peer()
    attempts = scene.random.randint(2, 5)
    told = ("--attempts", str(attempts), "--timeout", "1")
    client = scene.start("call", "127.0.0.1", port_of(server), "hello", *told)
    requests = [client.receive(server)[0] for _ in range(attempts)]
    require_same("the requests", requests, [b"hello"] * attempts)
    require_end(client.end(), 1, b"")
    server.setblocking(False)
    try:
        more = server.recv(1024)
    except BlockingIOError:
        return
    require_same(f"datagrams after attempt {attempts}", more, None)


@scenario("udp", shows="UDP-CLI-007", needs=NEEDS)
def it_hears_that_nobody_listens(scene: Scene) -> None:
    """A server answers. Then its port is closed, and the program ends with status 1, although it may wait very long."""
    called(scene, "127.0.0.1", b"hello", b"hi")
    with scene.peer() as holder:
        port = port_of(holder)
    require_end(scene.run("call", "127.0.0.1", port, "hello", "--timeout", "1000000"), 1, b"")


@scenario("udp", shows="UDP-CLI-005", needs=NEEDS)
def it_ignores_a_stranger(scene: Scene) -> None:
    """Another socket answers first. The program waits for the server that it asked."""
    server, stranger = scene.peer(), scene.peer()
    client = scene.start("call", "127.0.0.1", port_of(server), "hello", *PATIENT)
    _, sender = client.receive(server)
    stranger.sendto(b"a lie", sender)
    server.sendto(b"the truth", sender)
    require_end(client.end(), 0, b"the truth")


@scenario("udp", shows="UDP-LOSS-003 UDP-LOSS-004 UDP-SRV-001", needs=f"{NEEDS} UDP-SRV")
def it_gets_its_answer_through_a_bad_network(scene: Scene) -> None:
    """A relay between its client and its server loses and duplicates datagrams, as the seed says."""
    server = scene.start("serve")
    at = listening(server)
    inside = scene.peer()
    for _ in range(3):
        outside = scene.peer()
        message = f"message {scene.random.random()}"
        client = scene.start("call", "127.0.0.1", port_of(outside), message, *STUBBORN)
        sender = _lose_requests(scene, client, outside, message)
        for _ in range(scene.random.randint(1, 3)):
            inside.sendto(message.encode(), at)
            reply, _ = server.receive(inside)
            outside.sendto(reply, sender)
        require_end(client.end(), 0, message.encode())
    server.send(signal.SIGTERM)
    require_end(server.end())


def _lose_requests(scene: Scene, client: Program, outside: socket.socket, message: str) -> tuple[str, int]:
    """Lose the first requests, and return the sender of the next one."""
    for _ in range(scene.random.randint(0, LOST_MOST)):
        client.receive(outside)
    request, sender = client.receive(outside)
    require_same("the request", request, message.encode())
    return sender


@scenario(
    "udp", shows="UDP-TX-007 UDP-RX-003 UDP-RX-004 UDP-MSG-001 UDP-MSG-003", needs=f"{NEEDS} UDP-MSG", conform=False
)
def udp_and_tcp_differ_as_they_should(scene: Scene) -> None:
    """`compare` shows what UDP loses and how TCP joins messages. The reference shows the same."""
    mine, expected = scene.run("compare"), scene.reference("udp", "compare")
    require_end(mine)
    require_same("what it shows", mine.output.partition(TCP_OVERFLOW)[0], expected.output.partition(TCP_OVERFLOW)[0])
