"""Scenarios of `query` and `clock` of the time program: a Python socket is the server."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from timeslice.witness.scenario import (
    DisagreementError,
    Ended,
    Scene,
    port_of,
    require,
    require_end,
    require_same,
    scenario,
)

NEEDS = "UDP-OPEN UDP-TX UDP-RX UDP-TIME"
PACKET = struct.Struct("!BBbb II 4s QQQQ")
PATIENT = ("--timeout", "1000000")
SECOND = 10**9
BEFORE_1970 = 2_208_988_800  # seconds from 1900 to 1970
ERA = 1 << 32
SHORT = 1 << 16  # units of a root delay or dispersion in a second
ROOT_DELAY, ROOT_DISPERSION = 512, 256
NEAR = 1000  # nanoseconds: a program may count in floating point
LINE = re.compile(r"time (.{29}) UTC offset (.*) bound (.*) (step|slew|holdover)")


def stamp(moment: int) -> int:
    """The stamp of a moment, in nanoseconds since 1970."""
    units = (2 * (moment * ERA) + SECOND) // (2 * SECOND) + BEFORE_1970 * ERA
    return units % (ERA * ERA) or 1


def moment(units: int) -> int:
    """The moment of a stamp."""
    units += ERA * ERA if units < 1 << 63 else 0
    return (2 * (units - BEFORE_1970 * ERA) * SECOND + ERA) // (2 * ERA)


def nanoseconds(text: str) -> int:
    """The nanoseconds in a text such as ``+1.500000000 s``."""
    found = re.fullmatch(r"([+-]?)(\d+)\.(\d{9})(?: s)?", text)
    if found is None:
        raise DisagreementError(f"a number of seconds looks like +1.500000000 s, but it says {text!r}")
    size = int(found[2]) * SECOND + int(found[3])
    return -size if found[1] == "-" else size


def instant(text: str) -> int:
    """The moment in a text such as ``2040-01-01 00:00:00.500000000 UTC``."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.(\d{9})(?: UTC)?", text)
    if found is None:
        raise DisagreementError(f"a time looks like 2040-01-01 00:00:00.500000000 UTC, but it says {text!r}")
    whole = datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return int(whole.timestamp()) * SECOND + int(found[2])


def require_near(what: str, got: int, expected: int) -> None:
    """Two times in nanoseconds, but for rounding."""
    require(abs(got - expected) <= NEAR, f"{what}: expected {expected} ns, got {got} ns")


def packet(sent: int, receive: int, transmit: int, first: int = 0x24, stratum: int = 2, name: bytes = b"GPS") -> bytes:
    """A reply to a request with the transmit ``sent``."""
    return PACKET.pack(first, stratum, 6, -20, ROOT_DELAY, ROOT_DISPERSION, name, receive, sent, receive, transmit)


def _timeless(sent: int, receive: int, _transmit: int) -> bytes:
    return packet(sent, receive, 0)


def told(ended: Ended) -> dict[str, str]:
    """The output of `query`: name and value of each line."""
    require_end(ended)
    lines = ended.output.decode().splitlines()
    require_same(
        "the names of its lines", [line.partition(" ")[0] for line in lines], ["time", "offset", "delay", "stratum"]
    )
    return dict(line.split(" ", 1) for line in lines)


@scenario("time", shows="UDP-TIME-002 UDP-TIME-003 UDP-TIME-010 UDP-TIME-011 UDP-TIME-028 UDP-TIME-029", needs=NEEDS)
def a_python_server_tells_the_time(scene: Scene) -> None:
    """A Python socket tells random times of both eras. The program prints them, the offset and the delay."""
    for year in (scene.random.randint(1980, 2030), scene.random.randint(2040, 2100)):
        server = scene.peer()
        client = scene.start("query", "127.0.0.1", "--port", port_of(server), *PATIENT)
        request, sender = client.receive(server)
        require_same("the request without its transmit", request[:40], bytes([0x23]) + bytes(39))
        require_same("the length of the request", len(request), PACKET.size)
        t1 = PACKET.unpack(request)[-1]
        t2 = int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * SECOND + scene.random.randrange(10**16)
        t3 = t2 + scene.random.randrange(SECOND)
        stratum = scene.random.randint(1, 15)
        server.sendto(packet(t1, stamp(t2), stamp(t3), stratum=stratum), sender)
        said = told(client.end())
        delay = nanoseconds(said["delay"])
        t4 = delay + moment(t1) + (t3 - t2)
        require_same("the stratum", said["stratum"], str(stratum))
        require_near("the time", instant(said["time"]), t3)
        require_near("the offset", nanoseconds(said["offset"]), ((t2 - moment(t1)) + (t3 - t4)) // 2)


@scenario("time", shows="UDP-TIME-016 UDP-TIME-017 UDP-TIME-018 UDP-TIME-031", needs=NEEDS)
def an_answer_without_a_time_ends_the_query(scene: Scene) -> None:
    """A Python socket answers with a kiss-o'-death, without a time, and as if it did not know the time."""
    faults: tuple[Callable[[int, int, int], bytes], ...] = (
        partial(packet, stratum=0, name=b"RATE"),
        partial(packet, stratum=scene.random.randint(16, 255)),
        partial(packet, first=0xE4),
        _timeless,
    )
    for fault in faults:
        server = scene.peer()
        client = scene.start("query", "127.0.0.1", "--port", port_of(server), *PATIENT)
        request, sender = client.receive(server)
        sent = PACKET.unpack(request)[-1]
        server.sendto(fault(sent, sent, sent), sender)
        require_end(client.end(), 2, b"")


@scenario("time", shows="UDP-TIME-008 UDP-TIME-013 UDP-TIME-014 UDP-TIME-032", needs=NEEDS)
def what_is_no_answer_is_ignored(scene: Scene) -> None:
    """A stranger and the server send what does not answer the request. Then the answer comes."""
    server, stranger = scene.peer(), scene.peer()
    client = scene.start("query", "127.0.0.1", "--port", port_of(server), *PATIENT)
    request, sender = client.receive(server)
    sent = PACKET.unpack(request)[-1]
    stranger.sendto(packet(sent, sent, sent, stratum=3), sender)
    nonsense = [
        b"",
        request,
        packet(sent, sent, sent)[:47],
        packet(sent ^ 1, sent, sent, stratum=0),
        scene.noise(1, 47),
    ]
    scene.random.shuffle(nonsense)
    for one in nonsense:
        server.sendto(one, sender)
    server.sendto(packet(sent, sent, sent, stratum=5), sender)
    require_same("the stratum", told(client.end())["stratum"], "5")


@scenario("time", shows="UDP-TIME-034", needs=NEEDS)
def it_asks_once_and_gives_up(scene: Scene) -> None:
    """Nobody answers. The program ends with status 1 after one request."""
    server = scene.peer()
    require_end(scene.run("query", "127.0.0.1", "--port", port_of(server), "--timeout", "1"), 1, b"")
    server.setblocking(False)
    require_same("the length of the request", len(server.recv(1024)), PACKET.size)
    try:
        more = server.recv(1024)
    except BlockingIOError:
        return
    require_same("datagrams after the first one", more, None)


@scenario("time", shows="UDP-TIME-035", needs=NEEDS)
def nobody_tells_the_time(scene: Scene) -> None:
    """The port is closed. The program ends with status 1, although it may wait very long. Then a server answers."""
    with scene.peer() as holder:
        port = port_of(holder)
    require_end(scene.run("query", "127.0.0.1", "--port", port, *PATIENT), 1, b"")
    server = scene.peer()
    client = scene.start("query", "127.0.0.1", "--port", port_of(server), *PATIENT)
    request, sender = client.receive(server)
    sent = PACKET.unpack(request)[-1]
    server.sendto(packet(sent, sent, sent, stratum=7), sender)
    require_same("the stratum", told(client.end())["stratum"], "7")


@scenario("time", shows="UDP-CLOCK-001 UDP-CLOCK-004 UDP-CLOCK-005 UDP-CLOCK-007", needs=f"{NEEDS} UDP-CLOCK")
def its_clock_steps_once_and_then_slews(scene: Scene) -> None:
    """A Python socket is far ahead, and then as late as the clock itself. The clock steps, and later it slews."""
    server = scene.peer()
    client = scene.start("clock", "127.0.0.1", "--port", port_of(server), *PATIENT, "--polls", "2", "--every", "1")
    start = stamp(int(datetime(2040, 1, 1, tzinfo=UTC).timestamp()) * SECOND + scene.random.randrange(10**16))
    request, sender = client.receive(server)
    server.sendto(packet(PACKET.unpack(request)[-1], start, start), sender)
    request, sender = client.receive(server)
    second = PACKET.unpack(request)[-1]
    require(second >= start, "after a step, the second request has the time of the clock before the step")
    server.sendto(packet(second, second, second), sender)
    ended = client.end()
    require_end(ended)
    polls = [LINE.fullmatch(line) for line in ended.output.decode().splitlines()]
    lines = [found.groups() for found in polls if found]
    require_same("what its clock does", [line[3] for line in lines], ["step", "slew"])
    require(instant(lines[0][0]) >= moment(start), "after a step, the clock shows an earlier time than the server")
    require(instant(lines[1][0]) >= instant(lines[0][0]), "the clock goes backwards")
    least = (ROOT_DELAY // 2 + ROOT_DISPERSION) * SECOND // SHORT
    require(nanoseconds(lines[0][2]) >= least - NEAR, "the bound is below half of the root delay + the root dispersion")
