"""The text inside of a paragraph, heading or cell as HTML, with links."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from markdown_it.token import Token
from markupsafe import Markup

from timeslice.pages.links import Links

_LEVEL = re.compile(r" (MUST|SHOULD|RULE): ")
_UNTESTED = re.compile(r" \(not tested: [^()]+\)")


def address_at_the_start(children: Sequence[Token]) -> str:
    """The bold text at the start of a paragraph. Empty if it does not start with bold text."""
    first = [child for child in children if child.type != "text" or child.content][:3]
    return first[1].content if [one.type for one in first] == ["strong_open", "text", "strong_close"] else ""


def plain(children: Sequence[Token]) -> str:
    """The text of a heading or a cell without its marks."""
    return "".join(child.content for child in children if child.type in ("text", "code_inline"))


def linked(
    children: Sequence[Token], address: str | None, links: Links, in_text: Callable[[str], Markup]
) -> list[Token]:
    """The same text with links. ``address`` is the address at its start, or None. ``in_text`` makes links in a text."""
    made: list[Token] = []
    if address:
        children = [child for child in children if child.type != "text" or child.content][3:]
        made.append(_html(Markup('<a class="address" href="#{0}">{0}</a>').format(address)))
        children = _after_the_address(children, made)
    ends: list[str] = []  # of the links that are open
    for child in children:
        if child.type == "link_open":
            href = links.of_file(str(child.attrGet("href")))
            made.append(_html(Markup('<a href="{}">').format(href) if href else Markup("<span>")))
            ends.append("</a>" if href else "</span>")
        elif child.type == "link_close":
            made.append(_html(Markup(ends.pop())))  # noqa: S704 one of the two above
        elif child.type == "code_inline":
            code = Markup.escape(child.content)
            made.append(_html(Markup("<code>{}</code>").format(code if "</a>" in ends else links.in_code(code))))
        elif child.type == "text":
            made.append(_html(Markup.escape(child.content) if "</a>" in ends else in_text(child.content)))
        elif child.type == "image":
            made.append(_html(Markup.escape(child.content)))  # a page loads nothing, so it shows the text of a picture
        else:
            made.append(child)
    return made


def _after_the_address(children: Sequence[Token], made: list[Token]) -> Sequence[Token]:
    """Puts the level of a clause, or the remark that a detail has no test, into ``made``. Returns the other tokens."""
    if not children or children[0].type != "text":
        return children
    text = children[0].content
    for pattern, css in ((_LEVEL, "level"), (_UNTESTED, "untested")):
        found = pattern.match(text)
        if found:
            shown = found[0].strip().removesuffix(":")
            made.append(_html(Markup(' <span class="{}">{}</span> ').format(css, shown)))
            text = text[found.end() :]
    return [Token("text", "", 0, content=text), *children[1:]]


def _html(html: Markup) -> Token:
    return Token("html_inline", "", 0, content=str(html))
