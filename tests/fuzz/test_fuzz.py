"""Fuzzes each reader for ten seconds. ``make fuzz`` does it for an hour."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from timeslice.upkeep.proof import FUZZED

FUZZ = Path(__file__).with_name("fuzz.py")


@pytest.mark.parametrize("reader", FUZZED)
def test_no_input_breaks_a_reader(reader: str) -> None:
    told = subprocess.run(
        [sys.executable, FUZZ, reader, "--seconds", "10"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
