"""The kit on disk: the paths of its parts, and where to find it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from timeslice.errors import KitError

MARK = Path("spec") / "kit.toml"  # what makes a folder a kit


@dataclass(frozen=True)
class Kit:
    """The folders and files of one kit. Only ``root`` is given; the rest follows from the layout of the repository."""

    root: Path

    @property
    def labs(self) -> tuple[str, ...]:
        """The name of every lab: it has a chapter ``spec/NAME.md`` and its points beside it in ``spec/NAME.toml``."""
        spec = self.root / "spec"
        return tuple(sorted(path.stem for path in spec.glob("*.toml") if path.with_suffix(".md").is_file()))

    @property
    def include(self) -> Path:
        """The public headers: all that a submission sees of the kit."""
        return self.root / "spec" / "include"

    @property
    def template(self) -> Path:
        """What students start from, and what fills in for functions that a submission lacks."""
        return self.root / "student_template"

    @property
    def reference(self) -> Path:
        """The implementation that the spec describes."""
        return self.root / "reference"

    @property
    def control(self) -> Path:
        """A solution with known memory errors, by which it is seen that Valgrind sees."""
        return self.root / "tests" / "control"

    @property
    def objects(self) -> Path:
        """What the Makefile built once for all submissions."""
        return self.root / "build" / "kit"

    def require_built(self) -> None:
        """Raise KitError unless ``make`` has built what a submission is linked with."""
        for name in ("bank.o", "link.args", "coverage.args", "memcheck.args", "memcheck.supp", "reference", "template"):
            if not (self.objects / name).exists():
                raise KitError(f"the kit is not built: {self.objects / name} is missing: run make in {self.root}")


def find_kit(start: Path | None = None) -> Kit:
    """Find the kit: ``TIMESLICE_KIT``, or the first folder upwards of ``start`` (default: this file, then the working
    directory) that has ``spec/kit.toml``. Raises KitError where there is none."""
    named = os.environ.get("TIMESLICE_KIT")
    if named:
        if not (Path(named) / MARK).is_file():
            raise KitError(f"TIMESLICE_KIT is {named!r}, where no {MARK} is: set it to the kit's folder")
        return Kit(Path(named).resolve())
    for origin in [start] if start else [Path(__file__), Path.cwd()]:
        for folder in origin.resolve().parents if origin.is_file() else (origin.resolve(), *origin.resolve().parents):
            if (folder / MARK).is_file():
                return Kit(folder)
    raise KitError("the kit was not found: set TIMESLICE_KIT to the folder that holds spec/kit.toml")
