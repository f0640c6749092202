"""Reads all that the pages show, once: chapters, headers, glossary, workloads, and the files to which they link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from timeslice.contract.assignment import Assignment, read_assignment
from timeslice.contract.clause import Sentence, read_chapter
from timeslice.contract.kit import Kit
from timeslice.errors import KitError
from timeslice.pages.evidence import Evidence, gather
from timeslice.pages.glossary import Term, read_glossary
from timeslice.pages.headers import Header, read_headers
from timeslice.pages.links import Links
from timeslice.pages.workloads import FOLDER, RUNS, Workload, read_workloads

README = "README.md"
WORKLOADS_PAGE = "workloads.html"


@dataclass(frozen=True)
class Contents:
    """The whole contract. ``evidence`` is empty in the pages for students."""

    assignment: Assignment
    for_students: bool
    sentences: Mapping[str, tuple[Sentence, ...]]  # of each lab, in the order of its chapter
    texts: Mapping[str, str]  # the Markdown files of spec/: first the labs in their order, then README.md, then others
    files: Mapping[str, str]  # other files of spec/ that a page shows as they are
    headers: tuple[Header, ...]
    terms: tuple[Term, ...]
    workloads: tuple[Workload, ...]
    evidence: Mapping[str, Evidence]

    @property
    def links(self) -> Links:
        """Every place to which a page can link."""
        sentences = {
            address: f"{page_of(sentence.chapter)}#{address}"
            for lab in self.assignment.labs
            for sentence in self.sentences[lab.id]
            for address in sentence.bindings
        }
        functions = {one.name: f"{header.page}#{one.name}" for header in self.headers for one in header.functions}
        return Links(sentences, functions, dict(self._pages()))

    def _pages(self) -> Iterator[tuple[str, str]]:
        """The page of every path in spec/ that has one."""
        yield from ((name, page_of(name)) for name in self.texts)
        yield from ((name, f"{name}.html") for name in self.files)
        for header in self.headers:
            yield f"include/{header.path}", header.page
            yield f"include/{header.path.rpartition('/')[0]}".rstrip("/"), "index.html#headers"
        if self.workloads:
            yield from ((path, WORKLOADS_PAGE) for path in (FOLDER, RUNS))
        for workload in self.workloads:
            names = [workload.file, *(schedule.file for schedule in workload.schedules)]
            yield from ((f"{FOLDER}/{name}", f"{WORKLOADS_PAGE}#{name}") for name in names)


def page_of(name: str) -> str:
    """The page of a Markdown file."""
    return name.removesuffix(".md") + ".html"


def read_contents(kit: Kit, *, for_students: bool) -> Contents:
    """The contract of the kit. Raises KitError, with one line, if a file is wrong."""
    assignment = read_assignment(kit)
    sentences = {lab.id: tuple(read_chapter(kit, lab.id)) for lab in assignment.labs}
    texts = {name: _text(kit, name) for name in _text_names(kit, assignment, for_students)}
    return Contents(
        assignment=assignment,
        for_students=for_students,
        sentences=sentences,
        texts=texts,
        files={name: _text(kit, name) for name in _file_names(kit, assignment, for_students)},
        headers=read_headers(kit, assignment.labs),
        terms=read_glossary(texts[README]),
        workloads=read_workloads(kit),
        evidence={} if for_students else gather(kit, assignment.labs, sentences),
    )


def _text_names(kit: Kit, assignment: Assignment, for_students: bool) -> list[str]:
    """The Markdown files. Students get the labs and README.md. All others are for instructors."""
    named = [*(lab.chapter for lab in assignment.labs), README]
    others = sorted(path.name for path in (kit.root / "spec").glob("*.md") if path.name not in named)
    return named if for_students else [*named, *others]


def _file_names(kit: Kit, assignment: Assignment, for_students: bool) -> list[str]:
    """The TOML and JSON files. Those of the labs have points and hints, so they are for instructors."""
    names = sorted(path.name for path in (kit.root / "spec").iterdir() if path.suffix in (".toml", ".json"))
    hidden = {f"{lab.id}.toml" for lab in assignment.labs} if for_students else set()
    return [name for name in names if name not in hidden]


def _text(kit: Kit, name: str) -> str:
    try:
        return (kit.root / "spec" / name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KitError(f"cannot read spec/{name} ({error}): repair this file") from error
