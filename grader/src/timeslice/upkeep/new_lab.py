"""Makes the skeleton of a new lab: a small, complete lab, which its maker changes step by step.

All files of a lab have its name, or are in folders with its name. So no other file needs a change."""

from __future__ import annotations

import keyword
import re
from importlib import resources
from pathlib import Path

from timeslice.contract.assignment import read_assignment
from timeslice.contract.clause import PREFIX
from timeslice.contract.kit import Kit
from timeslice.errors import KitError

_NAME = re.compile(r"[a-z][a-z0-9]{1,23}")
_TAKEN = frozenset(
    "kit families programs runner support mutants alternatives hostile submissions styles control check bench fuzz"
    " witness".split()
)  # other folders and files have these names
# The target of each file of the skeleton.
_FILES = {
    "chapter.md": "spec/@lab@.md",
    "lab.toml": "spec/@lab@.toml",
    "header.h": "spec/include/timeslice/@lab@.h",
    "stub.c": "student_template/@lab@/repeat.c",
    "reference.c": "reference/@lab@/repeat.c",
    "test.c": "tests/@lab@/repeat.c",
    "mutant-text.patch": "tests/mutants/@lab@/@PREFIX@-TEXT-001-once-too-often.patch",
    "mutant-memory.patch": "tests/mutants/@lab@/@PREFIX@-TEXT-002-a-copy-is-never-released.patch",
}


def new_lab(kit: Kit, name: str, prefix: str | None = None) -> list[Path]:
    """Write the skeleton of the lab ``name`` and return its files, relative to the kit.

    :param prefix: of its clauses. The default is the beginning of the name.
    Raises KitError before it writes anything, if a name cannot be used or a file exists.
    """
    chosen = prefix or re.sub(r"[^A-Z]", "", name.upper())[:8]
    words = _words(kit, name, chosen)
    files = {Path(_filled(target, words)): source for source, target in _FILES.items()}
    for path in files:
        if (kit.root / path).exists():
            raise KitError(f"{path} exists already: choose another name for the lab")
    for path, source in files.items():
        (kit.root / path).parent.mkdir(parents=True, exist_ok=True)
        (kit.root / path).write_text(_filled(_skeleton(source), words), "utf-8")
    return list(files)


def _words(kit: Kit, name: str, prefix: str) -> dict[str, str]:
    """The values of the skeleton's marks. Raises KitError if the name or the prefix cannot be used."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in _TAKEN:
        raise KitError(f"a lab cannot be called {name!r}: choose a short word of small letters, such as pipes")
    if not re.fullmatch(PREFIX, prefix):
        raise KitError(f"{prefix!r} is no prefix for clauses: give 2 to 8 capital letters with --prefix, such as PIPE")
    labs = read_assignment(kit).labs
    for lab in labs:
        if lab.id == name or lab.prefix == prefix:
            raise KitError(f"the lab {lab.id} has the prefix {lab.prefix}: choose another name or --prefix")
    places = [lab.place for lab in labs]
    title = name.capitalize()
    return {"lab": name, "PREFIX": prefix, "GUARD": name.upper(), "TITLE": title, "PLACE": str(max(places) + 1)}


def _skeleton(source: str) -> str:
    return resources.files("timeslice.upkeep").joinpath("skeleton", source).read_text("utf-8")


def _filled(text: str, words: dict[str, str]) -> str:
    return re.sub(r"@(\w+)@", lambda mark: words[mark[1]], text)
