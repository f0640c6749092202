"""Writes the pages into a folder, and removes pages of an earlier run that are not needed any more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from timeslice.contract.kit import Kit
from timeslice.pages.contents import README, WORKLOADS_PAGE, Contents, page_of, read_contents
from timeslice.pages.links import Links, by_form
from timeslice.pages.listing import header_lines, lab_summaries, mentions, plain_lines
from timeslice.pages.prose import Additions, Prose, prose
from timeslice.pages.search import search_index
from timeslice.report.publish import publish
from timeslice.report.rendering import environment, render

WING = "timeslice.pages"
_MARK = '<body class="spec"'  # every page has it, and no other file


def write_pages(kit: Kit, out: Path, *, for_students: bool) -> Path:
    """Write all pages into ``out`` and return the first one. Raises KitError if a file cannot be read or written."""
    contents = read_contents(kit, for_students=for_students)
    pages = {out / name: text for name, text in _pages(contents).items()}
    publish(pages, "the pages")
    for old in out.glob("*.html"):
        if old not in pages and _MARK in old.read_text("utf-8", "replace"):
            old.unlink()
    return out / "index.html"


def _pages(contents: Contents) -> dict[str, str]:
    """The text of each page by its name."""
    links = contents.links
    chapters = {name: _prose(contents, links, name) for name in contents.texts}
    frame = _Frame(contents, _navigation(contents, chapters), search_index(contents, chapters))
    pages = {
        "index.html": frame.page("contents.html.j2", "index.html", labs=lab_summaries(contents), chapters=chapters)
    }
    for name, chapter in chapters.items():
        pages[page_of(name)] = frame.page("chapter.html.j2", page_of(name), chapter=chapter)
    for header in contents.headers:
        table, lines = mentions(contents, header), header_lines(header, links)
        pages[header.page] = frame.page("header.html.j2", header.page, header=header, mentions=table, lines=lines)
    for name, text in contents.files.items():
        page = f"{name}.html"
        pages[page] = frame.page("file.html.j2", page, file=name, lines=plain_lines(text, links))
    if contents.workloads:
        pages[WORKLOADS_PAGE] = frame.page("workloads.html.j2", WORKLOADS_PAGE)
    return pages


def _prose(contents: Contents, links: Links, name: str) -> Prose:
    """A Markdown file as HTML."""
    lab = next((lab for lab in contents.assignment.labs if lab.chapter == name), None)
    additions = Additions(
        links=links,
        terms=by_form(contents.terms) if lab else {},
        rows={term.english: term for term in contents.terms} if name == README else {},
        addresses=[address for one in contents.sentences[lab.id] for address in one.bindings] if lab else (),
        below=_below(contents),
    )
    return prose(contents.texts[name], additions)


def _below(contents: Contents) -> Callable[[str], Markup]:
    """Makes the evidence below a sentence. In the pages for students there is none."""
    module = environment(WING).get_template("evidence.html.j2").module

    def below(address: str) -> Markup:
        if address not in contents.evidence:
            return Markup()
        return Markup(module.evidence(contents.evidence[address]))  # type: ignore[attr-defined]  # noqa: S704 escaped

    return below


def _navigation(contents: Contents, chapters: Mapping[str, Prose]) -> list[tuple[str, str]]:
    """The links at the top of each page: address and text."""
    labs = [(page_of(lab.chapter), lab.title) for lab in contents.assignment.labs]
    workloads = [(WORKLOADS_PAGE, "Workloads")] if contents.workloads else []
    return [("index.html", "Contents"), *labs, *workloads, (page_of(README), "How to read"), *_glossary(chapters)]


def _glossary(chapters: Mapping[str, Prose]) -> list[tuple[str, str]]:
    anchors = [section.anchor for section in chapters[README].sections if section.title == "Glossary"]
    return [(f"{page_of(README)}#{anchor}", "Glossary") for anchor in anchors]


@dataclass(frozen=True)
class _Frame:
    """What all pages share."""

    contents: Contents
    navigation: list[tuple[str, str]]
    index: Markup

    def page(self, template: str, name: str, **context: Any) -> str:
        """The text of one page."""
        return render(
            template,
            "pages.js",
            WING,
            ("style.css", "pages.css"),
            contents=self.contents,
            navigation=self.navigation,
            search_index=self.index,
            here=name,
            **context,
        )
