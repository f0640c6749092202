"""A Markdown file of the spec as HTML: every sentence and heading gets an anchor, and every mention a link.

*Theory of operation.* markdown-it makes a list of tokens from the text. HTML in the text stays text. The writer walks
through the list and copies it. It gives anchors to headings and details, and puts a box around each clause with all
that belongs to it. It replaces texts and code by HTML with links. markdown-it then renders the new list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from timeslice.pages.glossary import Term
from timeslice.pages.inline import address_at_the_start, linked, plain
from timeslice.pages.links import FirstUses, Links
from timeslice.report.highlight import Highlighter
from timeslice.untrusted import visible

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")

_AROUND = {"table_open": (Markup('<div class="scroll">'), Markup()), "table_close": (Markup(), Markup("</div>"))}


@dataclass(frozen=True)
class Section:
    """A heading of a page."""

    level: int
    title: str
    anchor: str


@dataclass(frozen=True)
class Prose:
    """One file as HTML. Its title is its first heading, which is not in the HTML."""

    title: str
    html: Markup
    sections: Sequence[Section]


@dataclass(frozen=True)
class Additions:
    """What the text of a file gets."""

    links: Links
    terms: Mapping[str, Term]  # each form of each term that gets a link where it is used first
    rows: Mapping[str, Term]  # the rows of the glossary, if this file has it
    addresses: Collection[str]  # of the sentences that this file has
    below: Callable[[str], Markup]  # makes the HTML that is shown below the sentence with this address


def prose(text: str, additions: Additions) -> Prose:
    """The HTML of ``text``."""
    writer = _Writer(additions)
    writer.walk(_MARKDOWN.parse(visible(text)))
    html = _MARKDOWN.renderer.render(writer.made, _MARKDOWN.options, {})
    return Prose(writer.title, Markup(html), writer.sections)  # noqa: S704 markdown-it escapes, and so do we


class _Writer:
    def __init__(self, additions: Additions) -> None:
        self.made: list[Token] = []
        self.title = ""
        self.sections: list[Section] = []
        self._added = additions
        self._uses = FirstUses(additions.links, additions.terms)
        self._highlighter = Highlighter()
        self._placed: set[str] = set()  # addresses that have their anchor
        self._slugs: dict[str, int] = {}
        self._boxed = False
        self._address: str | None = None  # at the start of the paragraph that is open
        self._heading = False

    def walk(self, tokens: Sequence[Token]) -> None:
        """Copy all tokens. ``ahead`` is the text inside of a token that opens a paragraph, an item or a row."""
        for at, token in enumerate(tokens):
            ahead = next((one.children or [] for one in tokens[at : at + 3] if one.type == "inline"), [])
            if token.type == "heading_open":
                self._open_heading(token, ahead)
            elif token.type == "paragraph_open" and token.level == 0:
                self._open_sentence(token, self._new_address(ahead))
            elif token.type == "list_item_open":
                self._open_detail(token, self._new_address(ahead))
            elif token.type == "tr_open":
                self._open_row(token, plain(ahead))
            self._copy(token)
            if token.type == "paragraph_close" and self._address:
                self._html(self._added.below(self._address))
                self._address = None
        self._close_box()

    def _copy(self, token: Token) -> None:
        if token.type in ("fence", "code_block"):
            self._html(self._code(token))
        elif token.type == "inline":
            in_text = self._added.links.in_text if self._heading else self._uses.in_text
            token.children = linked(token.children or [], self._address, self._added.links, in_text)
            self.made.append(token)
        else:
            before, after = _AROUND.get(token.type, (Markup(), Markup()))
            self._html(before)
            self.made.append(token)
            self._html(after)
            self._heading = self._heading and token.type != "heading_close"

    def _html(self, html: Markup) -> None:
        if html:
            self.made.append(Token("html_block", "", 0, content=str(html)))

    def _open_heading(self, token: Token, children: Sequence[Token]) -> None:
        self._close_box()
        self._heading = True
        title = plain(children)
        anchor = self._slug(title)
        token.attrSet("id", anchor)
        self.title = self.title or title
        self.sections.append(Section(int(token.tag[1:]), title, anchor))

    def _slug(self, title: str) -> str:
        """The anchor of a heading, as GitHub makes it."""
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        again = self._slugs[slug] = self._slugs.get(slug, -1) + 1
        return f"{slug}-{again}" if again else slug

    def _new_address(self, children: Sequence[Token]) -> str | None:
        """The address at the start of a text, if this file has its sentence and it has no anchor yet."""
        address = address_at_the_start(children)
        return address if address in self._added.addresses and address not in self._placed else None

    def _open_sentence(self, token: Token, address: str | None) -> None:
        if address is None:
            return
        self._close_box()
        self._html(Markup('<div class="binding" id="{}">').format(address))
        token.attrSet("class", "sentence")
        self._boxed = True
        self._place(address)

    def _open_detail(self, token: Token, address: str | None) -> None:
        if address is None:
            return
        token.attrSet("id", address)
        token.attrSet("class", "detail")
        self._place(address)

    def _place(self, address: str) -> None:
        self._placed.add(address)
        self._address = address

    def _close_box(self) -> None:
        if self._boxed:
            self._html(Markup("</div>"))
        self._boxed = False

    def _open_row(self, token: Token, first_cell: str) -> None:
        if first_cell in self._added.rows:
            token.attrSet("id", self._added.rows[first_cell].anchor)

    def _code(self, token: Token) -> Markup:
        text = token.content.rstrip("\n")
        code = Markup("\n").join(self._highlighter.lines(text)) if token.info.strip() == "c" else escape(text)
        return Markup('<pre class="block"><code>{}</code></pre>\n').format(self._added.links.in_code(code))
