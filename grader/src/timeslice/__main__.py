"""``python -m timeslice`` is ``timeslice``."""

from timeslice.cli import main

main(prog_name="timeslice")
