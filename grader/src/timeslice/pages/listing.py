"""What the pages list: the labs with their counts, the lines of a file, and the clauses that name a function."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from timeslice.contract.assignment import Lab
from timeslice.contract.clause import Sentence
from timeslice.pages.contents import Contents, page_of
from timeslice.pages.headers import Function, Header
from timeslice.pages.links import Links
from timeslice.report.highlight import Highlighter
from timeslice.untrusted import visible


@dataclass(frozen=True)
class LabSummary:
    """One lab on the first page. ``bare`` are the sentences without a test, though a test could look at them."""

    lab: Lab
    page: str
    points: int
    clauses: int
    rules: int
    details: int
    tests: int
    untested: int
    bare: Sequence[str]


def lab_summaries(contents: Contents) -> list[LabSummary]:
    """The labs in their order. The pages for students show no points and no tests."""
    return [_summary(contents, lab) for lab in contents.assignment.labs]


def _summary(contents: Contents, lab: Lab) -> LabSummary:
    sentences = contents.sentences[lab.id]
    addresses = [address for sentence in sentences for address in sentence.bindings]
    evidence = {address: contents.evidence[address] for address in addresses if address in contents.evidence}
    return LabSummary(
        lab=lab,
        page=page_of(lab.chapter),
        points=sum(clause.points for clause in lab.clauses),
        clauses=sum(not sentence.is_rule for sentence in sentences),
        rules=sum(sentence.is_rule for sentence in sentences),
        details=sum(len(sentence.details) for sentence in sentences),
        tests=len({test.name for one in evidence.values() for test in one.tests}),
        untested=sum(bool(one.untested) for one in evidence.values()),
        bare=[address for address, one in evidence.items() if not one.tests and not one.untested],
    )


@dataclass(frozen=True)
class Mention:
    """A function of a header, and the sentences of the contract that name it."""

    function: Function
    sentences: Sequence[str]


def mentions(contents: Contents, header: Header) -> list[Mention]:
    """The functions of a header. Each has the clauses and rules that name it in their sentence or a detail."""
    sentences = [sentence for lab in header.labs for sentence in contents.sentences[lab.id]]
    return [
        Mention(one, [str(said.clause) for said in sentences if _names(said, one.name)]) for one in header.functions
    ]


def _names(sentence: Sentence, function: str) -> bool:
    return re.search(rf"\b{re.escape(function)}\b", " ".join(sentence.bindings.values())) is not None


@dataclass(frozen=True)
class Line:
    """One line of a file. ``anchors`` are the functions and the clauses that it names first."""

    number: int
    code: Markup
    anchors: Sequence[str] = ()
    declares: bool = False


def header_lines(header: Header, links: Links) -> list[Line]:
    """The lines of a header with colours, links and anchors."""
    made: list[Line] = []
    named: set[str] = set()
    for number, code in enumerate(Highlighter().lines(header.source.removesuffix("\n")), start=1):
        functions = [one.name for one in header.functions if one.line == number]
        addresses = [address for address in dict.fromkeys(links.named_in(code)) if address not in named]
        named.update(addresses)
        made.append(Line(number, links.in_code(code), [*functions, *addresses], bool(functions)))
    return made


def plain_lines(text: str, links: Links) -> list[Line]:
    """The lines of another file with links."""
    lines = visible(text).removesuffix("\n").split("\n")
    return [Line(number, links.in_code(escape(line))) for number, line in enumerate(lines, start=1)]
