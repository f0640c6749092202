"""C source as HTML, line by line.

*Theory of operation.* The C lexer of pygments takes quadratic time on some texts: half a minute for 20,000 empty lines.
The text comes from a student, so it could be such a text. So the lexer gets only one short line at a time. In C only a
comment can span lines. A regular expression finds comments first, in linear time. Each page has a budget of characters
to colour. Each piece costs at least PIECE_COST. Lines longer than LINE_LIMIT have no colour. When the budget is spent,
the rest has no colour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape
from pygments.lexer import Lexer
from pygments.lexers.c_cpp import CLexer
from pygments.token import STANDARD_TYPES, Comment, Token, _TokenType

from timeslice.untrusted import visible

LINES_SHOWN = 5000  # of one source
SHOWN_LIMIT = 2000  # characters of a line that are shown
LINE_LIMIT = 200  # characters of a line that can be coloured
BUDGET = 300_000  # characters of a page that are coloured
PIECE_COST = 40
_PIECE = re.compile(
    r"""(?P<comment>/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|\Z)|//[^\n]*)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[^/"']+|/""",
    re.DOTALL,
)
_LEXER: Lexer = CLexer(stripnl=False, ensurenl=False)  # type: ignore[no-untyped-call]


class Highlighter:
    """Colours the sources of one page until the budget is spent."""

    def __init__(self) -> None:
        self._left = BUDGET

    def lines(self, source: str) -> list[Markup]:
        """The first LINES_SHOWN lines of ``source`` as HTML, without line ends."""
        shown = "\n".join(_short(line) for line in source.split("\n", LINES_SHOWN)[:LINES_SHOWN])
        lines: list[list[str]] = [[]]
        for is_comment, piece in _pieces(shown):
            for number, text in enumerate(piece.split("\n")):
                if number:
                    lines.append([])
                if text:
                    lines[-1].append(self._html(text, is_comment))
        return [Markup("".join(parts)) for parts in lines]  # noqa: S704 each part is escaped by _span

    def _html(self, text: str, is_comment: bool) -> str:
        cost = max(len(text), PIECE_COST)
        if cost > self._left or len(text) > LINE_LIMIT:
            return _span(Token, text)
        self._left -= cost
        if is_comment:
            return _span(Comment, text)
        return "".join(_span(kind, value.rstrip("\n")) for kind, value in _LEXER.get_tokens(text))


def _short(line: str) -> str:
    return (
        line if len(line) <= SHOWN_LIMIT else f"{line[:SHOWN_LIMIT]} [{len(line) - SHOWN_LIMIT:,} characters left out]"
    )


def _pieces(source: str) -> Iterator[tuple[bool, str]]:
    """The pieces of the source in order, either comment or code. Code is joined, so that a line of code stays whole."""
    code: list[str] = []
    for match in _PIECE.finditer(source):
        if match.group("comment") is None:
            code.append(match.group())
            continue
        if code:
            yield False, "".join(code)
            code = []
        yield True, match.group()
    if code:
        yield False, "".join(code)


def _span(kind: _TokenType, text: str) -> str:
    """One token, escaped. If pygments has a class for its kind, the token is in a span with this class."""
    while kind not in STANDARD_TYPES:
        kind = kind.parent or Token
    css = STANDARD_TYPES[kind]
    shown = str(escape(visible(text)))
    return f'<span class="{css}">{shown}</span>' if css not in ("", "w") and text else shown
