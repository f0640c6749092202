"""Plays the kept cases of each reader, its real inputs, and new ones for some seconds. ``make fuzz`` takes an hour."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from timeslice.upkeep.proof import FUZZED

SECONDS = 10  # of new inputs
FUZZ = Path(__file__).with_name("fuzz.py")


@pytest.mark.parametrize("reader", FUZZED)
def test_no_input_breaks_a_reader(reader: str) -> None:
    command = [sys.executable, str(FUZZ), reader, "--seconds", str(SECONDS)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
