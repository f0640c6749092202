"""The kit on disk: where it is, and the paths of its parts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from timeslice.errors import KitError

MARK = Path("spec") / "kit.toml"  # a folder with this file is a kit

# The files in build/kit/ that every submission needs. tests/runner/runner.mk says what they are.
BUILT_PARTS = ("bank.o", "sweep.names", "link.args", "coverage.args", "memcheck.args", "memcheck.supp")


@dataclass(frozen=True)
class Kit:
    """The folders and files of one kit. All paths follow from ``root`` and the layout of the repository."""

    root: Path

    @property
    def labs(self) -> tuple[str, ...]:
        """The name of every lab. A lab has a chapter ``spec/NAME.md``, and its points are in ``spec/NAME.toml``."""
        spec = self.root / "spec"
        return tuple(sorted(path.stem for path in spec.glob("*.toml") if path.with_suffix(".md").is_file()))

    @property
    def include(self) -> Path:
        """The public headers. A submission sees no other part of the kit."""
        return self.root / "spec" / "include"

    @property
    def template(self) -> Path:
        """The stubs from which students start. They also replace functions that a submission lacks."""
        return self.root / "student_template"

    @property
    def reference(self) -> Path:
        """The correct implementation of the spec."""
        return self.root / "reference"

    @property
    def control(self) -> Path:
        """A solution with known memory errors. With it the kit tests whether Valgrind reports errors."""
        return self.root / "tests" / "control"

    @property
    def objects(self) -> Path:
        """The files that the Makefile builds once for all submissions."""
        return self.root / "build" / "kit"

    def require_built(self) -> None:
        """Raise KitError unless ``make`` has built the files that a submission needs."""
        for name in (*BUILT_PARTS, "reference", "template", "witness/launcher"):
            if not (self.objects / name).exists():
                raise KitError(f"the kit is not built: {self.objects / name} is missing: run make in {self.root}")


def find_kit(start: Path | None = None) -> Kit:
    """Find the kit, or raise KitError.

    ``TIMESLICE_KIT`` names its folder. Otherwise the kit is the first folder with ``spec/kit.toml``, from ``start``
    upwards. The default of ``start`` is this file, and then the working directory."""
    named = os.environ.get("TIMESLICE_KIT")
    if named:
        if not (Path(named) / MARK).is_file():
            raise KitError(f"TIMESLICE_KIT is {named!r}, which has no {MARK}: set it to the kit's folder")
        return Kit(Path(named).resolve())
    for origin in [start] if start else [Path(__file__), Path.cwd()]:
        for folder in origin.resolve().parents if origin.is_file() else (origin.resolve(), *origin.resolve().parents):
            if (folder / MARK).is_file():
                return Kit(folder)
    raise KitError("the kit was not found: set TIMESLICE_KIT to the folder that has spec/kit.toml")
