"""Makes links: from the id of a clause, the name of a public function, a term or a file of the spec to its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from timeslice.contract.clause import ADDRESS
from timeslice.pages.glossary import Term

GLOSSARY_PAGE = "README.html"
_ADDRESS = rf"\b{ADDRESS}\b"
_FUNCTION = r"\b[a-z]\w*_\w+\b(?!\.[a-z]|/)"  # not a file such as stream_read.c, and not the suite of a test
_IN_TEXT = re.compile(_ADDRESS)
_IN_CODE = re.compile(f"{_ADDRESS}|{_FUNCTION}")
_TAG = re.compile(r"(<[^>]*>)")
_WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Links:
    """Every place to which a page can link. All pages are in one folder, so each address is PAGE#ANCHOR."""

    sentences: Mapping[str, str]  # UDP-RX-009a -> udp.html#UDP-RX-009a
    functions: Mapping[str, str]  # udp_recv -> timeslice-udp.h.html#udp_recv
    files: Mapping[str, str]  # a path in spec/ -> its page, perhaps with an anchor

    def in_text(self, text: str) -> Markup:
        """A plain text as HTML, with a link for each id of a clause, detail or rule."""
        return _replaced(text, _IN_TEXT, self._link)

    def in_code(self, html: Markup) -> Markup:
        """Code that is HTML already, with a link for each id and for each public function."""
        parts = enumerate(_TAG.split(html))
        shown = (
            part if number % 2 else _IN_CODE.sub(lambda found: str(self._link(found)), part) for number, part in parts
        )
        return Markup("".join(shown))  # noqa: S704 the input is HTML, and each link is escaped

    def named_in(self, html: Markup) -> list[str]:
        """The ids of sentences of the contract in code that is HTML already."""
        return [name for name in _IN_TEXT.findall(_TAG.sub("", html)) if name in self.sentences]

    def of_file(self, href: str) -> str | None:
        """The page for a link in a chapter: to a file of the spec, to a place on the page, or to the web."""
        path, mark, anchor = href.partition("#")
        if _WEB.match(href) or not path:
            return href
        page = self.files.get(path.rstrip("/"))
        if page is None or "#" in page:
            return page
        return page + mark + anchor

    def _link(self, found: re.Match[str]) -> Markup:
        name = found[0]
        href = self.sentences.get(name) or self.functions.get(name)
        return Markup('<a href="{}">{}</a>').format(href, name) if href else Markup(name)  # noqa: S704 letters only


@dataclass
class FirstUses:
    """Links each term of the glossary where a page uses it first."""

    links: Links
    terms: Mapping[str, Term]  # by each of its forms
    _used: set[str] = field(default_factory=set)

    def in_text(self, text: str) -> Markup:
        """A plain text as HTML, with links for ids and for terms that this page has not used before."""
        forms = "|".join(re.escape(form) for form in sorted(self.terms, key=len, reverse=True))
        pattern = re.compile(rf"{_ADDRESS}|\b(?:{forms})(?:e?s)?\b", re.IGNORECASE) if forms else _IN_TEXT
        return _replaced(text, pattern, self._linked)

    def _linked(self, found: re.Match[str]) -> Markup:
        word = found[0]
        term = self._term(word)
        if term is None:
            return self.links.in_text(word)
        if term.anchor in self._used:
            return escape(word)
        self._used.add(term.anchor)
        told = f"{term.chinese}: {term.meaning}"
        return Markup('<a class="term" href="{}#{}" title="{}">{}</a>').format(GLOSSARY_PAGE, term.anchor, told, word)

    def _term(self, word: str) -> Term | None:
        """The term that ``word`` means. Capital letters count in an abbreviation, and only there."""
        for form in (word, word.removesuffix("s"), word.removesuffix("es")):
            term = self.terms.get(form) or (None if form.isupper() else self.terms.get(form.lower()))
            if term:
                return term
        return None


def by_form(terms: tuple[Term, ...]) -> dict[str, Term]:
    """Each term by each of its forms."""
    return {form: term for term in terms for form in term.forms}


def _replaced(text: str, pattern: re.Pattern[str], link: Callable[[re.Match[str]], Markup]) -> Markup:
    parts: list[Markup] = []
    end = 0
    for found in pattern.finditer(text):
        parts += [escape(text[end : found.start()]), link(found)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
