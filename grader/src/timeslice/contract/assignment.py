"""The assignment: what spec/kit.toml, each spec/<lab>.toml and the sentences of the chapters ask of a submission."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from timeslice.contract.clause import ClauseId, Sentence, read_chapter
from timeslice.contract.families import Family, read_families
from timeslice.contract.kit import MARK, Kit
from timeslice.contract.spec_file import read_spec_file
from timeslice.contract.tables import KIT_FILE, LAB_FILE, LabTable, RunLimits
from timeslice.errors import KitError


@dataclass(frozen=True)
class Clause:
    """One clause: its id, points, hint and sentence."""

    id: ClauseId
    points: int
    hint: str
    sentence: Sentence


@dataclass(frozen=True)
class Skill:
    """A group of clauses, with a title that a student understands."""

    id: str
    title: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Lab:
    """One lab: its sources, the functions of the C library that they may use, and its points."""

    id: str
    title: str
    prefix: str  # of its clauses, such as UDP
    place: int  # its position among the labs, in every report
    headers: tuple[str, ...]
    api: tuple[str, ...]
    allow: frozenset[str]  # functions of the C library that other labs may not use
    memory: Mapping[str, ClauseId]  # area -> the clause that is charged for findings of memcheck in this area
    rules: tuple[Sentence, ...]  # of its chapter: they hold everywhere, and have no points
    skills: tuple[Skill, ...]

    @property
    def bindings(self) -> Mapping[str, str]:
        """Every sentence of its chapter that binds, by its address."""
        return {address: text for sentence in self.sentences for address, text in sentence.bindings.items()}

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Its rules, then its clauses, as its chapter has them."""
        return (*self.rules, *(clause.sentence for clause in self.clauses))

    @property
    def chapter(self) -> str:
        """The file in ``spec/`` with its sentences."""
        return f"{self.id}.md"

    @property
    def table(self) -> str:
        """The name of the file with its points, as messages show it."""
        return _shown(self.id)

    @property
    def sources(self) -> tuple[str, ...]:
        """The patterns of the files that a student may hand in."""
        return (f"{self.id}/*.c", f"{self.id}/*.h")

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Its clauses in the order of the assignment."""
        return tuple(clause for skill in self.skills for clause in skill.clauses)


@dataclass(frozen=True)
class Permissions:
    """What the objects of one lab may use: allowed functions, the lab's own functions, and reasons for refusals."""

    allowed: frozenset[str]
    api: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class Assignment:
    """The whole assignment: the labs with their clauses, the limits of a run, and the flags of the compiler."""

    title: str
    limits: RunLimits
    cflags: tuple[str, ...]
    allow: frozenset[str]  # functions of the C library that every lab may use
    labs: tuple[Lab, ...]
    refusals: Mapping[str, str]  # function of the C library -> why some labs, or all labs, may not use it

    @property
    def clauses(self) -> Mapping[str, Clause]:
        """Every clause by its id, in the order of the assignment."""
        return {clause.id: clause for lab in self.labs for clause in lab.clauses}

    def only(self, labs: Collection[str]) -> Assignment:
        """The same assignment with only these labs. No name means all labs. An unknown lab raises KitError."""
        known = [lab.id for lab in self.labs]
        unknown = [lab for lab in labs if lab not in known]
        if unknown:
            raise KitError(f"there is no lab {unknown[0]!r}: choose one of {', '.join(known)}")
        return replace(self, labs=tuple(lab for lab in self.labs if lab.id in labs)) if labs else self

    def usable(self, lab: Lab) -> frozenset[str]:
        """Every symbol that the sources of ``lab`` may use: functions of the C library and of every lab."""
        return self.allow.union(lab.allow, *(other.api for other in self.labs))

    def permissions(self, lab: Lab) -> Permissions:
        """What the objects of a lab may use."""
        return Permissions(self.usable(lab), lab.api, self.refusals)

    @property
    def sources(self) -> tuple[str, ...]:
        """The patterns of all files that a student may hand in."""
        return tuple(pattern for lab in self.labs for pattern in lab.sources)

    @cached_property
    def bindings(self) -> Mapping[str, str]:
        """Every sentence of all labs that binds, by its address."""
        return {address: text for lab in self.labs for address, text in lab.bindings.items()}

    @property
    def memory(self) -> dict[str, ClauseId]:
        """Memory key of a clause -> the memory clause that is charged for it, for all labs."""
        return {f"{lab.prefix}-{area}": clause for lab in self.labs for area, clause in lab.memory.items()}


def lab_of(source: str) -> str:
    """The lab of a source such as ``udp/send.c``: the name of its folder."""
    return source.partition("/")[0]


def read_assignment(kit: Kit) -> Assignment:
    """Read and check the assignment of the kit. Raises KitError, with one line, if a file or a sentence is wrong."""
    told = read_spec_file(kit.root, MARK, KIT_FILE)
    labs = {name: read_spec_file(kit.root, _shown(name), LAB_FILE) for name in kit.labs}
    if not labs:
        raise KitError("spec/ has no lab: add a chapter NAME.md, and NAME.toml with its points")
    _check_prefixes(labs)
    families = read_families(kit)
    opened = {str(MARK): told.build.allow, **{_shown(name): lab.allow for name, lab in labs.items()}}
    in_order = sorted(labs.items(), key=lambda named: (named[1].place, named[0]))
    return Assignment(
        title=told.title,
        limits=told.limits,
        cflags=tuple(told.build.cflags),
        allow=_functions(families, str(MARK), told.build.allow),
        labs=tuple(_lab(kit, name, lab, families) for name, lab in in_order),
        refusals=_refusals(families, opened),
    )


def _shown(lab: str) -> str:
    return f"spec/{lab}.toml"


def _check_prefixes(labs: Mapping[str, LabTable]) -> None:
    """Raise KitError if two labs have the same prefix or the same place."""
    prefixes: dict[str, str] = {}
    places: dict[int, str] = {}
    for name, lab in labs.items():
        if lab.prefix in prefixes:
            raise KitError(f"{_shown(name)}: {_shown(prefixes[lab.prefix])} also has prefix {lab.prefix}: change one")
        if lab.place in places:
            raise KitError(f"{_shown(name)}: {_shown(places[lab.place])} also has place {lab.place}: change one")
        prefixes[lab.prefix], places[lab.place] = name, name


def _functions(families: Mapping[str, Family], shown: str, named: Sequence[str]) -> frozenset[str]:
    """The functions of the families that the file ``shown`` allows."""
    for name in named:
        if name not in families:
            raise KitError(f"{shown}: allow: spec/families.toml has no family {name!r}: add it")
        if families[name].refused:
            raise KitError(f"{shown}: allow: spec/families.toml refuses {name}: remove it from allow")
    return frozenset().union(*(families[name].functions for name in named))


def _refusals(families: Mapping[str, Family], opened: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Why a function is refused, by its name. Raises KitError if a family is neither refused nor open to a lab.

    ``opened`` has the families that each file of the spec allows."""
    reasons: dict[str, str] = {}
    for family in families.values():
        files = [shown for shown, named in opened.items() if family.name in named]
        if not family.refused and not files:
            raise KitError(
                f"spec/families.toml: {family.name} is open to no lab: add it to an allow list, or add refused"
            )
        if family.refused or str(MARK) not in files:
            only = " and ".join(shown.removeprefix("spec/").removesuffix(".toml") for shown in files)
            reason = family.refused or f"only the lab {only} may use it ({family.name})"
            reasons.update(dict.fromkeys(family.functions, reason))
    return reasons


def _lab(kit: Kit, name: str, told: LabTable, families: Mapping[str, Family]) -> Lab:
    chapter = read_chapter(kit, name)
    sentences = {sentence.clause: sentence for sentence in chapter if not sentence.is_rule}
    _check_clauses(name, told, sentences)
    return Lab(
        id=name,
        title=told.title,
        prefix=told.prefix,
        place=told.place,
        headers=tuple(told.headers),
        api=tuple(told.api),
        allow=_functions(families, _shown(name), told.allow),
        memory=dict(told.memory),
        rules=tuple(sentence for sentence in chapter if sentence.is_rule),
        skills=tuple(
            Skill(skill.id, skill.title, tuple(Clause(c.id, c.points, c.hint, sentences[c.id]) for c in skill.clauses))
            for skill in told.skills
        ),
    )


def _check_clauses(name: str, told: LabTable, sentences: Collection[ClauseId]) -> None:
    """Raise KitError if a clause in a lab's table belongs to another lab, is there twice, or has no sentence."""
    seen: set[str] = set()
    for clause in (c.id for skill in told.skills for c in skill.clauses):
        if clause.prefix != told.prefix:
            raise KitError(f"{_shown(name)} has {clause}, but its prefix is {told.prefix}: move it to its own lab")
        if clause in seen:
            raise KitError(f"{_shown(name)} gives points to {clause} twice: remove one entry")
        if clause not in sentences:
            raise KitError(f"{_shown(name)} has {clause}, but spec/{name}.md has no sentence for it: add it there")
        seen.add(clause)
    for area, charged in told.memory.items():
        if charged not in seen:
            raise KitError(f"{_shown(name)} charges {charged} for area {area}, but {charged} has no points: add them")
