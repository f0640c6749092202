"""Reads a page like a browser, so that tests can look at its elements, text, links and scripts."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "input", "rect", "line"}


class PageReader(HTMLParser):
    """Collects the parts of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.classes: dict[str, int] = {}
        self.ids: list[str] = []
        self.links: list[str] = []
        self.scripts: list[str] = []
        self.unbalanced: list[str] = []
        self.title = ""
        self.text = ""
        self.policy = ""
        self.open_details = 0
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes."""
        self.tags.add(tag)
        values = dict(attrs)
        self.attributes |= set(values)
        for name in (values.get("class") or "").split():
            self.classes[name] = self.classes.get(name, 0) + 1
        self.ids += [values["id"] or ""] if "id" in values else []
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values.get("content") or ""
        self.open_details += tag == "details" and "open" in values
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note an end tag that does not match the open element."""
        if tag in _VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        """Note text. Scripts, styles and the title are kept apart."""
        inside = self._open[-1] if self._open else ""
        if inside == "script":
            self.scripts.append(data)
        elif inside == "title" and "svg" not in self._open:
            self.title += data
        elif inside != "style":
            self.text += data


def read_page(html: str) -> PageReader:
    """Everything of the page."""
    reader = PageReader()
    reader.feed(html)
    reader.close()
    reader.unbalanced += reader._open
    return reader
