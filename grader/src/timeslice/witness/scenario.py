"""What a witness looks at: scenarios. A scenario is a function in tests/witness/LAB/, and a scene is one run of it."""

from __future__ import annotations

import importlib.util
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from timeslice.build.workshop import ENVIRONMENT
from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.witness.places import Place
from timeslice.witness.program import PATIENCE, DisagreementError, Ended, Program, shown

_MARK = "__scenario__"


@dataclass(frozen=True)
class Scenario:
    """One thing that a witness does with a program, and what it shows."""

    name: str
    lab: str
    program: str  # ``udp`` is build/bin/timeslice-udp
    title: str  # what the witness does, in a sentence
    shows: tuple[str, ...]  # the addresses of the sentences that hold if the scenario agrees
    needs: tuple[str, ...]  # the areas whose clauses must hold, such as UDP-SRV
    conform: bool  # whether every program with the command line of spec/conform.md must do this
    act: Callable[[Scene], None]


def scenario(
    program: str, *, shows: str, needs: str, conform: bool = True
) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    """Declare a function as a scenario. Its name and its docstring are the name and the title.

    ``shows``: addresses. ``needs``: areas. Both are words with spaces between them."""

    def declare(act: Callable[[Scene], None]) -> Callable[[Scene], None]:
        title = " ".join((act.__doc__ or "").split())
        name = act.__name__.replace("_", "-")
        told = Scenario(name, "", program, title, tuple(shows.split()), tuple(needs.split()), conform, act)
        setattr(act, _MARK, told)
        return act

    return declare


def scenarios(kit: Kit, lab: str) -> tuple[Scenario, ...]:
    """The scenarios of a lab, in the order of its files. A lab without a folder in tests/witness has none."""
    found = []
    for path in sorted((kit.root / "tests" / "witness" / lab).glob("*.py")):
        module = _loaded(path, f"timeslice_witness_{lab}_{path.stem}")
        for act in vars(module).values():
            told = getattr(act, _MARK, None)
            if isinstance(told, Scenario) and act.__module__ == module.__name__:
                found.append(Scenario(**{**vars(told), "lab": lab}))
    return tuple(found)


def _loaded(path: Path, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise KitError(f"the witness {path} cannot be loaded: repair it")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Scene:
    """One run of a scenario: its program, its peers, its random choices, and the reference to compare with."""

    def __init__(self, place: Place, random: Random, reference: Path) -> None:
        """``reference``: the folder with the programs of the reference."""
        self.random = random
        self._place = place
        self._reference = reference

    # ---- the program ----

    def start(self, *arguments: str) -> Program:
        """Start the program."""
        return self._place.start(arguments)

    def run(self, *arguments: str, given: bytes = b"") -> Ended:
        """Run the program from start to end, with ``given`` as its standard input."""
        program = self.start(*arguments)
        program.write(given)
        return program.end()

    def reference(self, program: str, *arguments: str, given: bytes = b"") -> Ended:
        """Run a program of the reference. It needs no sandbox, because it is the kit's own."""
        command: list[str | Path] = [self._reference / f"timeslice-{program}", *arguments]
        ended = subprocess.run(
            command, input=given, capture_output=True, env=ENVIRONMENT, timeout=10 * PATIENCE, check=False
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    # ---- the peers: Python's own sockets, in the network of the program ----

    def peer(self, host: str = "127.0.0.1") -> socket.socket:
        """A datagram socket on a port that the kernel chooses."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        peer = self._place.socket(family, socket.SOCK_DGRAM)
        peer.bind((host, 0))
        return peer

    def noise(self, least: int, most: int) -> bytes:
        """Random bytes of a random length."""
        return self.random.randbytes(self.random.randint(least, most))


def port_of(peer: socket.socket) -> str:
    """The port of a peer, as a word of a command line."""
    return str(peer.getsockname()[1])


def require(holds: bool, otherwise: str) -> None:
    """Raise DisagreementError unless something holds."""
    if not holds:
        raise DisagreementError(otherwise)


def require_same(what: str, got: object, expected: object) -> None:
    """Raise DisagreementError unless the program's bytes, text or number is the expected one."""
    if got != expected:
        raise DisagreementError(f"{what}: expected {_told(expected)}, got {_told(got)}")


def _told(value: object) -> str:
    return shown(value) if isinstance(value, bytes | str) else shown(repr(value))


def require_end(ended: Ended, status: int = 0, output: bytes | None = None) -> None:
    """Raise DisagreementError unless a program ended with this status, and with this output if one is given."""
    if ended.status != status:
        said = shown(ended.errors or ended.output)
        raise DisagreementError(f"it ended with {status_text(ended.status)}, not {status_text(status)}; it said {said}")
    if output is not None:
        require_same("its output", ended.output, output)


def require_stop(program: Program, counts: str) -> None:
    """Stop a server with SIGTERM. Raise DisagreementError unless it then prints these statistics, and ends well."""
    program.send(signal.SIGTERM)
    require_end(program.end(), 0, f"{counts}\n".encode())


def status_text(status: int) -> str:
    """``status 0``, or the signal that killed it."""
    return f"status {status}" if status >= 0 else f"signal {-status}"


def read_json(data: bytes) -> Any:
    """The JSON of an output. Raises DisagreementError if it is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DisagreementError(f"its output is no JSON: {shown(data)}") from error


def listening(program: Program) -> tuple[str, int]:
    """The address in the first line of a server: ``listening on ADDRESS:PORT``."""
    line = program.line()
    start, _, address = line.partition("listening on ")
    host, _, port = address.rpartition(":")
    if start or not port.isdecimal() or int(port) > 65535:
        raise DisagreementError(f"the first line must be 'listening on ADDRESS:PORT', but it is {shown(line)}")
    return host.strip("[]"), int(port)


__all__: Sequence[str] = (
    "DisagreementError",
    "Ended",
    "Program",
    "Scenario",
    "Scene",
    "listening",
    "port_of",
    "read_json",
    "require",
    "require_end",
    "require_same",
    "require_stop",
    "scenario",
    "scenarios",
)
