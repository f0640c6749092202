"""Scenarios of `serve` of the time program: ntplib is the client, and raw packets of Python's struct."""

from __future__ import annotations

import socket
import struct
import time

import ntplib

from timeslice.witness.scenario import Program, Scene, listening, require, require_same, require_stop, scenario

NEEDS = "UDP-OPEN UDP-TX UDP-RX UDP-SRV UDP-TIME"
PACKET = struct.Struct("!BBbb II 4s QQQQ")
ROUNDING = 0.001  # seconds: ntplib counts in floating point
CLIENT = 3
SERVER = 4


def asked(program: Program, client: socket.socket, at: tuple[str, int], request: bytes) -> bytes:
    """The reply to a request."""
    client.sendto(request, at)
    reply, sender = program.receive(client)
    require_same("the sender of a reply", sender, at)
    require_same("the length of a reply", len(reply), PACKET.size)
    return reply


@scenario("time", shows="UDP-TIME-021 UDP-TIME-022 UDP-TIME-023 UDP-TIME-024", needs=NEEDS)
def ntplib_gets_the_time(scene: Scene) -> None:
    """ntplib makes a request and reads the reply. Both have the same clock, so the offset is at most half the delay."""
    server = scene.start("serve")
    at = listening(server)
    client = scene.peer()
    now = ntplib.system_to_ntp_time(time.time())
    request = ntplib.NTPPacket(version=4, mode=CLIENT, tx_timestamp=now).to_data()
    told = ntplib.NTPStats()
    told.from_data(asked(server, client, at, request))
    told.dest_timestamp = ntplib.system_to_ntp_time(time.time())
    require_same("mode, version and stratum", (told.mode, told.version, told.stratum), (SERVER, 4, 10))
    require(abs(told.orig_timestamp - now) < ROUNDING, "the originate of the reply is not the transmit of the request")
    off, delay = told.offset, told.delay
    require(delay >= -ROUNDING, f"the reply was made after it came: the delay is {delay} s")
    require(abs(off) <= delay / 2 + ROUNDING, f"the clock of the server is {off} s wrong, with a delay of {delay} s")
    require_stop(server, "received 1, replied 1, declined 0, oversized 0, failed 0")


@scenario("time", shows="UDP-TIME-021 UDP-TIME-022 UDP-TIME-025 UDP-TIME-026 UDP-TIME-027 UDP-SRV-003", needs=NEEDS)
def requests_of_every_version(scene: Scene) -> None:
    """Python's struct makes requests. Only whole requests of a client, of versions 1 to 4, are answered."""
    server = scene.start("serve")
    at = listening(server)
    client = scene.peer()
    ignored = 0
    for version in [*scene.random.sample(range(8), 8), 4]:  # the server takes what came before the last request
        poll, sent = scene.random.randint(-6, 17), scene.random.getrandbits(64)
        mode = CLIENT if 1 <= version <= 4 else scene.random.choice((CLIENT, SERVER))
        request = PACKET.pack(version << 3 | mode, 0, poll, 0, 0, 0, b"", 0, 0, 0, sent)
        if not 1 <= version <= 4:
            client.sendto(request, at)
            client.sendto(PACKET.pack(4 << 3 | SERVER, 0, 0, 0, 0, 0, b"", 0, 0, 0, sent), at)
            client.sendto(request[:47], at)
            ignored += 3
            continue
        reply = PACKET.unpack(asked(server, client, at, request + scene.noise(0, 20)))
        require_same("leap, version and mode", reply[0], version << 3 | SERVER)
        require_same("stratum and poll interval", (reply[1], reply[2]), (10, poll))
        require_same("the originate", reply[8], sent)
        require(reply[9] <= reply[10], "the transmit of the reply is before its receive")
    require_stop(server, f"received {5 + ignored}, replied 5, declined {ignored}, oversized 0, failed 0")
