"""Asks witnesses: plays scenarios, and plays one again, alone, if the program seems to be wrong.

Theory of operation: an honest program never disagrees with its witness, on no machine and at no load. So a scenario
*disagrees* only if it fails each time. The first time, several scenarios are played at once. After that, a scenario
that failed is played alone. All choices of a scenario come from one seed, so each time is the same experiment.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from timeslice.errors import KitError
from timeslice.witness.places import Place
from timeslice.witness.program import DisagreementError
from timeslice.witness.scenario import Scenario, Scene

TRIES = 3  # a scenario disagrees if it fails so often, and never holds
AT_ONCE = 4
REPEATS = 3  # no scenario is repeated after so many times the seconds of a witness

Open = Callable[[Scenario], AbstractContextManager[Place]]


@dataclass
class Testimony:
    """What a witness says about one scenario: why it failed, each time. The last try decides."""

    scenario: Scenario
    failures: list[str] = field(default_factory=list)
    agrees: bool = False

    @property
    def disagrees(self) -> bool:
        """Whether it failed each time."""
        return not self.agrees and len(self.failures) >= TRIES


@dataclass(frozen=True)
class Witness:
    """Plays scenarios. ``reference``: the folder with the programs of the reference."""

    open: Open
    reference: Path
    seed: str
    seconds: float = math.inf  # then no more scenarios begin, because a program may hang each time

    def ask(self, scenarios: Sequence[Scenario]) -> list[Testimony]:
        """Play scenarios, as often as necessary. Raises KitError if a sandbox fails.

        If the seconds are over, some neither agree nor disagree."""
        started = time.monotonic()
        told = [Testimony(scenario) for scenario in scenarios]

        def over(times: int) -> bool:
            return time.monotonic() - started > times * self.seconds

        def begin(testimony: Testimony) -> None:
            if not over(1):
                self.play(testimony)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(begin, told))
        for testimony in (one for one in told if one.failures):
            enough = 1 if any(other.disagrees for other in told) else REPEATS
            while not testimony.agrees and not testimony.disagrees and not over(enough):
                self.play(testimony)
        return told

    def play(self, testimony: Testimony) -> None:
        """Play a scenario once, and keep what came of it."""
        scenario = testimony.scenario
        random = Random(f"{self.seed} {scenario.name}")  # noqa: S311 - an experiment that can be repeated
        try:
            with self.open(scenario) as place:
                scenario.act(Scene(place, random, self.reference))
        except KitError:
            raise
        except DisagreementError as error:
            testimony.failures.append(str(error))
        except Exception as error:  # whatever the program wrote, it must not stop the grader
            testimony.failures.append(f"what it does cannot be judged ({type(error).__name__}: {error})")
        else:
            testimony.agrees = True
