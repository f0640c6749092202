"""What is asked of a submission: spec/assignment.toml together with the clauses' sentences from the spec's chapters."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from timeslice.contract.families import Family, read_families
from timeslice.contract.kit import Kit
from timeslice.contract.spec_file import read_spec_file
from timeslice.errors import KitError

CLAUSE_ID = r"[A-Z]+-[A-Z]+-\d{3}"
CLAUSE_LINE = re.compile(rf"^\*\*({CLAUSE_ID})\*\* (MUST|SHOULD): (.+)$")

Positive = Annotated[int, Field(gt=0)]
Text = Annotated[str, Field(min_length=1)]
ClauseId = Annotated[str, Field(pattern=rf"^{CLAUSE_ID}$")]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RunLimits(_Table):
    """What one run in the sandbox may use. Times are wall-clock seconds, sizes are MiB.

    ``compile_seconds`` are of processor time, for each source: a busy machine must not cost a build."""

    compile_seconds: Positive
    run_seconds: Positive
    test_seconds: Positive
    memory_mb: Positive
    processes: Positive
    file_mb: Positive
    descriptors: Positive
    tmp_mb: Positive


class _Build(_Table):
    cflags: list[Text]
    allow: list[Text]  # families, by name


class _Clause(_Table):
    id: ClauseId
    points: Positive
    hint: Text


class _Skill(_Table):
    id: Text
    title: Text
    clauses: Annotated[list[_Clause], Field(min_length=1)]


class _Lab(_Table):
    title: Text
    chapter: Text
    headers: list[Text]
    sources: Annotated[list[Text], Field(min_length=1)]
    api: Annotated[list[Text], Field(min_length=1)]
    allow: list[Text] = []  # families, by name
    memory: dict[Text, ClauseId]
    skills: list[_Skill]


class _File(_Table):
    version: int
    title: Text
    limits: RunLimits
    build: _Build
    labs: Annotated[dict[str, _Lab], Field(min_length=1)]


@dataclass(frozen=True)
class Sentence:
    """A clause as its chapter has it: where it stands, how strong it is, what it says, and the reason given for it."""

    clause: str
    level: str  # MUST or SHOULD
    text: str
    reason: str
    chapter: str
    line: int


@dataclass(frozen=True)
class Clause:
    """One clause with everything that a grade says of it."""

    id: str
    points: int
    hint: str
    sentence: Sentence


@dataclass(frozen=True)
class Skill:
    """A group of clauses under one sentence that a student would recognise."""

    id: str
    title: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Lab:
    """One lab: its sources, what of the C library they may use, and what it is worth."""

    id: str
    title: str
    chapter: str
    headers: tuple[str, ...]
    sources: tuple[str, ...]
    api: tuple[str, ...]
    allow: frozenset[str]  # of the C library, beyond what every lab may use
    memory: dict[str, str]  # area -> the clause that is charged for what memcheck finds there
    skills: tuple[Skill, ...]

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Its clauses in the order of the assignment."""
        return tuple(clause for skill in self.skills for clause in skill.clauses)


@dataclass(frozen=True)
class Rules:
    """What the objects of one lab may use, which of its names have to be functions, and why a function is refused."""

    allowed: frozenset[str]
    api: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class Assignment:
    """All that is asked: the labs with their clauses, the limits of a run, and the compiler's flags."""

    title: str
    limits: RunLimits
    cflags: tuple[str, ...]
    allow: frozenset[str]  # of the C library, by every lab
    labs: tuple[Lab, ...]
    refusals: Mapping[str, str]  # function of the C library -> why no lab may use it, or not every lab

    @property
    def clauses(self) -> dict[str, Clause]:
        """Every clause by its id, in the order of the assignment."""
        return {clause.id: clause for lab in self.labs for clause in lab.clauses}

    def only(self, labs: Collection[str]) -> Assignment:
        """The same with some labs alone, all where none is named. Raises KitError where there is no such lab."""
        known = [lab.id for lab in self.labs]
        unknown = [lab for lab in labs if lab not in known]
        if unknown:
            raise KitError(f"there is no lab {unknown[0]!r}: choose among {', '.join(known)}")
        return replace(self, labs=tuple(lab for lab in self.labs if lab.id in labs)) if labs else self

    def usable(self, lab: Lab) -> frozenset[str]:
        """Every symbol that the sources of ``lab`` may use: of the C library, and every lab's own functions."""
        return self.allow.union(lab.allow, *(other.api for other in self.labs))

    def rules(self, lab: Lab) -> Rules:
        """What the inspection of a lab's objects goes by."""
        return Rules(self.usable(lab), lab.api, self.refusals)

    @property
    def sources(self) -> tuple[str, ...]:
        """The patterns of all files that a student may hand in."""
        return tuple(pattern for lab in self.labs for pattern in lab.sources)

    @property
    def memory(self) -> dict[str, str]:
        """``LAB-AREA``, as clauses begin, -> memory clause, over all labs."""
        return {f"{clause.split('-')[0]}-{area}": clause for lab in self.labs for area, clause in lab.memory.items()}


def lab_of(source: str) -> str:
    """The lab that a source belongs to, such as ``udp/send.c``: its folder has the lab's name."""
    return source.partition("/")[0]


def read_assignment(kit: Kit) -> Assignment:
    """Read and check the kit's assignment. Raises KitError, one line, where the file or a sentence is wrong."""
    told = read_spec_file(kit.root, kit.assignment.relative_to(kit.root), TypeAdapter(_File))
    sentences = {sentence.clause: sentence for lab in told.labs.values() for sentence in read_chapter(kit, lab.chapter)}
    seen: set[str] = set()
    for clause in (c for lab in told.labs.values() for skill in lab.skills for c in skill.clauses):
        if clause.id in seen:
            raise KitError(f"spec/assignment.toml gives points to {clause.id} twice: keep one of them")
        if clause.id not in sentences:
            raise KitError(f"spec/assignment.toml has {clause.id}, but no chapter has its sentence: add it to the spec")
        seen.add(clause.id)
    for lab in told.labs.values():
        for area, charged in lab.memory.items():
            if charged not in seen:
                raise KitError(f"spec/assignment.toml charges {charged} for area {area}, but it has no points: add it")
    families = read_families(kit)
    opened = {"build": told.build.allow, **{f"labs.{name}": lab.allow for name, lab in told.labs.items()}}
    return Assignment(
        title=told.title,
        limits=told.limits,
        cflags=tuple(told.build.cflags),
        allow=_functions(families, "build", told.build.allow),
        labs=tuple(_lab(name, lab, sentences, families) for name, lab in told.labs.items()),
        refusals=_refusals(families, opened),
    )


def _functions(families: Mapping[str, Family], place: str, named: Sequence[str]) -> frozenset[str]:
    """The functions of the families that ``place`` of the assignment names."""
    for name in named:
        if name not in families:
            raise KitError(f"spec/assignment.toml: {place}.allow: spec/families.toml has no family {name!r}: add it")
        if families[name].refused:
            raise KitError(f"spec/assignment.toml: {place}.allow: {name} is refused by spec/families.toml: take it out")
    return frozenset().union(*(families[name].functions for name in named))


def _refusals(families: Mapping[str, Family], opened: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Why a function is refused, by its name. Raises KitError where a family is neither refused nor open to a lab."""
    reasons: dict[str, str] = {}
    for family in families.values():
        places = [place for place, named in opened.items() if family.name in named]
        if not family.refused and not places:
            raise KitError(f"spec/families.toml: {family.name} is open to no lab: list it in an allow, or say refused")
        if family.refused or "build" not in places:
            only = " and ".join(place.removeprefix("labs.") for place in places)
            reason = family.refused or f"only the lab {only} may ({family.name})"
            reasons.update(dict.fromkeys(family.functions, reason))
    return reasons


def _lab(name: str, told: _Lab, sentences: dict[str, Sentence], families: Mapping[str, Family]) -> Lab:
    skills = tuple(
        Skill(skill.id, skill.title, tuple(Clause(c.id, c.points, c.hint, sentences[c.id]) for c in skill.clauses))
        for skill in told.skills
    )
    return Lab(
        id=name,
        title=told.title,
        chapter=told.chapter,
        headers=tuple(told.headers),
        sources=tuple(told.sources),
        api=tuple(told.api),
        allow=_functions(families, f"labs.{name}", told.allow),
        memory=dict(told.memory),
        skills=skills,
    )


def read_chapter(kit: Kit, chapter: str) -> list[Sentence]:
    """The clauses of one chapter in its order; a clause's reason is the text up to the next clause or heading."""
    path = kit.root / "spec" / chapter
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KitError(f"spec/{chapter} cannot be read ({error}): the assignment's sentences stand there") from error
    found: dict[str, Sentence] = {}
    for number, match in _clause_lines(lines):
        clause, level, text = match.groups()
        if clause in found:
            raise KitError(f"spec/{chapter}:{number}: {clause} stands there twice: an id is never reused")
        found[clause] = Sentence(clause, level, text, _reason(lines[number:]), chapter, number)
    return list(found.values())


def _clause_lines(lines: list[str]) -> Iterator[tuple[int, re.Match[str]]]:
    for number, line in enumerate(lines, start=1):
        match = CLAUSE_LINE.match(line)
        if match:
            yield number, match


def _reason(following: list[str]) -> str:
    """The lines up to the next clause or heading; a ``#`` inside a fenced example is no heading."""
    kept: list[str] = []
    fenced = False
    for line in following:
        if not fenced and (CLAUSE_LINE.match(line) or line.startswith("#")):
            break
        fenced ^= line.startswith("```")
        kept.append(line)
    return "\n".join(kept).strip()
