"""The index of the search: one entry for each thing that a reader may look for. Each page has it inside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from markupsafe import Markup

from timeslice.pages.contents import WORKLOADS_PAGE, Contents, page_of
from timeslice.pages.links import GLOSSARY_PAGE
from timeslice.pages.prose import Prose
from timeslice.untrusted import visible

Entry = tuple[str, str, str, str]  # address of the place, kind, label, text


def search_index(contents: Contents, chapters: Mapping[str, Prose]) -> Markup:
    """The index as JSON. In a page it is inside of a script element, so it has no ``<``."""
    entries = [[visible(part) for part in entry] for entry in _entries(contents, chapters)]
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 nothing can end the element without a <


def _entries(contents: Contents, chapters: Mapping[str, Prose]) -> Iterator[Entry]:
    yield from _sentences(contents)
    for header in contents.headers:
        yield f"{header.page}", "header", header.path, ", ".join(lab.title for lab in header.labs)
        yield from ((f"{header.page}#{one.name}", "function", one.name, one.summary) for one in header.functions)
    for term in contents.terms:
        yield f"{GLOSSARY_PAGE}#{term.anchor}", "term", f"{term.english} {term.chinese}", term.meaning
    for name, chapter in chapters.items():
        for section in chapter.sections[1:]:
            yield f"{page_of(name)}#{section.anchor}", "section", section.title, chapter.title
    for workload in contents.workloads:
        options = ", ".join(schedule.options for schedule in workload.schedules)
        yield f"{WORKLOADS_PAGE}#{workload.file}", "workload", workload.file, options


def _sentences(contents: Contents) -> Iterator[Entry]:
    """Clauses, rules and details. For instructors also their tests."""
    places = contents.links.sentences
    for lab in contents.assignment.labs:
        for sentence in contents.sentences[lab.id]:
            kind = "rule" if sentence.is_rule else "clause"
            yield places[sentence.clause], kind, sentence.clause, sentence.text
            yield from ((places[one.address], "detail", one.address, one.text) for one in sentence.details)
    for address, evidence in contents.evidence.items():
        for test in evidence.tests:
            if test.addresses[:1] == (address,):
                yield places[address], "test", test.name, f"{address} {test.file}:{test.line}"
