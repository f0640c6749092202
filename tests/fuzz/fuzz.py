"""Fuzzes one reader: plays its kept cases, then real inputs that Hypothesis changes, until the time is over.

*Theory of operation.* Each input has a limit of time, and the process has a limit of memory. An input that breaks a
rule is made smaller and then kept in ``cases/READER/``. Every later run plays the kept cases first.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from readers import READERS, Reader

CASES = Path(__file__).parent / "cases"
FAST = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a folder in memory, because each input needs an empty one
INPUT_SECONDS = 5  # of processor time for one input, which has less than 100 kB
SMALLER_SECONDS = 20
FURTHER = 50  # inputs for each one that Hypothesis chooses step by step
MEMORY = 1 << 30  # bytes of address space
HUGE = (b"99999999999999999999", b"-1", b"0", b"\xff" * 8, b"\x00" * 8, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f")


class TooSlowError(BaseException):
    """An input took too long. No reader may catch this."""


def _too_slow(_number: int, _frame: object) -> None:
    raise TooSlowError


def complaint(reader: Reader, data: bytes) -> str:
    """What does not hold when the reader reads ``data``. Empty if everything holds."""
    signal.setitimer(signal.ITIMER_VIRTUAL, INPUT_SECONDS)
    try:
        with tempfile.TemporaryDirectory(prefix="timeslice-fuzz-", dir=FAST) as folder:
            return reader.play(data, Path(folder))
    except TooSlowError:
        return f"it takes more than {INPUT_SECONDS} s"
    except Exception as error:  # whatever a reader lets through is a fault
        return f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def change(data: bytes, steps: Sequence[tuple[int, float, float, bytes]]) -> bytes:
    """``data`` after some changes: what to do, at which part of it, for how long a part, and new bytes."""
    for kind, at, length, new in steps:
        start = int(at * len(data))
        end = min(len(data), start + 1 + int(length * min(len(data), 400)))
        part = data[start:end]
        changed = {
            0: new,  # replace a part
            1: new[:1] + part[1:],  # one byte
            2: part + new,  # insert
            3: part * 8,  # repeat
            4: b"",  # remove
            5: part * 400 if len(data) < 50_000 else part,  # nest or repeat often
            6: bytes(reversed(part)),
        }.get(kind)
        data = data[:start] if changed is None else data[:start] + changed + data[end:]
    return data


def _changes(luck: random.Random) -> list[tuple[int, float, float, bytes]]:
    """Some random changes."""
    return [
        (luck.randrange(8), luck.random(), luck.random() ** 4, luck.choice((*HUGE, luck.randbytes(luck.randrange(16)))))
        for _ in range(luck.randint(1, 6))
    ]


def fuzz(reader: Reader, seconds: float) -> tuple[int, bytes | None]:
    """Play changed inputs for some seconds: how many, and the first that broke a rule.

    Hypothesis chooses one input, and the luck of many more, because its own choices take most of the time."""
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis import strategies as st

    seeds, end, played = reader.seeds(), time.monotonic() + seconds, 0
    place = st.floats(0, 1, exclude_max=True)
    step = st.tuples(st.integers(0, 7), place, place, st.sampled_from(HUGE) | st.binary(max_size=16))
    broken: bytes | None = None

    @settings(
        max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
    )
    @given(st.sampled_from(seeds), st.lists(step, min_size=1, max_size=6), st.integers(0, 1 << 64))
    def many(data: bytes, steps: list[tuple[int, float, float, bytes]], number: int) -> None:
        nonlocal played, broken
        luck = random.Random(number)  # noqa: S311 - no secret
        for each in [steps, *(_changes(luck) for _ in range(FURTHER))]:
            if broken is not None or time.monotonic() > end:
                return
            played += 1
            changed = change(data, each)
            if complaint(reader, changed):
                broken = changed

    while time.monotonic() < end and broken is None:
        seed(random.getrandbits(64))(many)()
    return played, broken


def smaller(reader: Reader, data: bytes) -> bytes:
    """``data`` without the parts that the complaint does not need, as far as some seconds allow."""
    end, part = time.monotonic() + SMALLER_SECONDS, len(data) // 2
    while part and time.monotonic() < end:
        for start in range(0, len(data), part):
            less = data[:start] + data[start + part :]
            if time.monotonic() < end and complaint(reader, less):
                data = less
                break
        else:
            part //= 2
    return data


def main() -> int:
    """Play the kept cases of one reader, then fuzz it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", choices=sorted(READERS))
    parser.add_argument("--seconds", type=float, default=0, help="0 plays only the kept cases")
    chosen = parser.parse_args()
    reader, folder = READERS[chosen.reader], CASES / chosen.reader
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGVTALRM, _too_slow)
    kept = [path for path in sorted(folder.glob("*")) if path.is_file()]
    for data, name in [*((path.read_bytes(), path.name) for path in kept), *((one, "seed") for one in reader.seeds())]:
        if why := complaint(reader, data):
            print(f"{chosen.reader}: {name}: {why}")
            return 1
    played, broken = fuzz(reader, chosen.seconds) if chosen.seconds else (0, None)
    if broken is not None:
        folder.mkdir(parents=True, exist_ok=True)
        broken = smaller(reader, broken)
        case = folder / hashlib.sha256(broken).hexdigest()[:12]
        case.write_bytes(broken)
        print(f"{chosen.reader}: {complaint(reader, broken)}: kept as tests/fuzz/cases/{chosen.reader}/{case.name}")
        return 1
    print(f"{chosen.reader}: {len(kept)} kept cases hold, {played} new inputs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
