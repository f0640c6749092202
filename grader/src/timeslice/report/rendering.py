"""Turns a template into one page that loads nothing. Every text is escaped, and only the kit's own script may run.

*Theory of operation.* First every text passes through ``visible`` (Jinja's ``finalize`` calls it). This removes control
characters and changes of text direction. Then autoescape escapes HTML. If markup still gets through, the page's Content
Security Policy stops it. The policy names the style sheet and the script by their hashes. It allows no other style or
script, and it lets the page load nothing.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from timeslice.grade.replay import RUN_AGAIN
from timeslice.report.failure import count_of
from timeslice.untrusted import clip, visible

HOME = "timeslice.report"
TEXT_LIMIT = 20_000  # characters of one text on a page


def render(
    template: str, script: str, wing: str = HOME, styles: tuple[str, ...] = ("style.css",), **context: Any
) -> str:
    """The page of ``template`` with ``styles`` and ``script`` inside. The files of ``wing`` come before our own."""
    style, code = "\n".join(_asset(wing, name) for name in styles), _asset(wing, script)
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(code)}'",
            "img-src data:",  # the icon
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    page = environment(wing).get_template(template)
    return page.render(policy=policy, style=Markup(style), script=Markup(code), **context)  # noqa: S704 our own files


@cache
def environment(wing: str = HOME) -> Environment:
    """The templates of ``wing`` and our own, with all filters."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(wing), PackageLoader(HOME)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.globals["run_again"] = RUN_AGAIN
    made.globals["count_of"] = count_of
    made.filters["spoken"] = _spoken
    made.filters["plural"] = _plural
    made.filters["percent"] = _percent
    made.filters["times"] = _times
    return made


def _shown(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(clip(value, TEXT_LIMIT))


def _spoken(text: str) -> Markup:
    """A text of the spec as HTML: `backticks` become code."""
    parts = enumerate(visible(clip(text, TEXT_LIMIT)).split("`"))
    shown = [f"<code>{escape(part)}</code>" if number % 2 else str(escape(part)) for number, part in parts]
    return Markup("".join(shown))  # noqa: S704 each part is escaped


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {many or one + 's'}"


def _percent(part: int, whole: int) -> str:
    """The percentage, rounded down: only the whole is 100%."""
    return f"{100 * part // whole}%" if whole else "\u2013"


def _times(count: int) -> str:
    """A count in at most six characters, rounded down."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**4)):
        if count >= size:
            tenths = count * 10 // (1000 if unit == "k" else size)
            short = str(tenths // 10) if tenths >= 100 else f"{tenths // 10}.{tenths % 10}"
            return f"{short}{unit}\u00d7" if tenths < 10_000 else f"999{unit}+"
    return f"{count}\u00d7"


@cache
def _asset(wing: str, name: str) -> str:
    places = [resources.files(package).joinpath("templates", name) for package in (wing, HOME)]
    return next(place for place in places if place.is_file()).read_text("utf-8").strip()


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
