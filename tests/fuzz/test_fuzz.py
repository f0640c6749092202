"""Plays the kept cases and the real inputs of each reader. ``make fuzz`` also makes new ones, for an hour."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from timeslice.upkeep.proof import FUZZED

FUZZ = Path(__file__).with_name("fuzz.py")


@pytest.mark.parametrize("reader", FUZZED)
def test_the_kept_cases_of_a_reader_hold(reader: str) -> None:
    told = subprocess.run([sys.executable, FUZZ, reader], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
