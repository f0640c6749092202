"""Finds sentences that are too long for a reader whose first language is not English.

A sentence ends at a full stop, a question mark, or the end of its paragraph, list item, table cell or heading. Text in
code marks counts as one word. Examples in fences and code are not read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from timeslice.contract.clause import ADDRESS
from timeslice.contract.places import COMMENT

WORDS_MAX = 25
_FENCE = re.compile(r"^\s*(```|~~~)")
_CODE = re.compile(r"`+[^`]*`+|\"[^\"\n]*\"")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_BLOCK_START = re.compile(rf"^\s*(?:[-*+] |\d+[.)] |#+ |>|\||(?:\*\*)?{ADDRESS})")
_COLUMN = re.compile(rf" {{2,}}(?={ADDRESS})")  # clauses in columns
_END = re.compile(r"(?<=[.!?])[\"')*]*\s+(?=[\"'(*]*[A-Z0-9`_])")
_WORD = re.compile(r"[A-Za-z0-9][\w'./-]*")
_CLAUSE = re.compile(rf"^\*\*{ADDRESS}\*\* (?:MUST|SHOULD): ")


def long_sentences(text: str) -> Iterator[tuple[int, int, str]]:
    """The line on which each sentence of more than WORDS_MAX words begins, its number of words, and its beginning.

    :param text: Markdown, or plain paragraphs
    """
    for line, block in _blocks(text):
        for sentence in _END.split(_CLAUSE.sub("", block)):
            words = len(_WORD.findall(_CODE.sub("code", _LINK.sub(r"\1", sentence))))
            if words > WORDS_MAX:
                yield line, words, " ".join(sentence.split()[:6])


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs, list items, table cells and headings, each with the number of its first line."""
    block: list[str] = []
    start, fenced = 0, False
    for number, line in enumerate(text.splitlines(), start=1):
        if _FENCE.match(line):
            fenced = not fenced
            line = ""
        elif fenced or (line.startswith("    ") and not block):
            continue
        if not line.strip() or _BLOCK_START.match(line):
            if block:
                yield start, " ".join(block)
            block = []
        if line.lstrip().startswith("|"):
            yield from ((number, cell.strip()) for cell in line.strip().strip("|").split(" | "))
        elif line.strip():
            start = start if block else number
            block.append(re.sub(r"^\s*(?:[-*+] |\d+[.)] |#+ |> ?)", "", line).strip())
    if block:
        yield start, " ".join(block)


def long_comments(text: str) -> Iterator[tuple[int, int, str]]:
    """The same for the comments of C."""
    for comment in COMMENT.finditer(text):
        first = text.count("\n", 0, comment.start())
        prose = "\n".join(_COLUMN.sub("\n", re.sub(r"^\s*\* ?", "", line)) for line in comment[0][2:-2].splitlines())
        yield from ((first + line, words, begins) for line, words, begins in long_sentences(prose))


def check_prose(root: Path) -> Iterator[str]:
    """Every sentence of the kit's texts that is too long: its place, its number of words, and its first words."""
    for path in sorted(_texts(root)):
        text = path.read_text("utf-8")
        found = long_sentences(text) if path.suffix == ".md" else long_comments(text)
        for line, words, begins in found:
            yield f'{path.relative_to(root)}:{line}: a sentence of {words} words: "{begins} ..."'
    for path in sorted((root / "spec").glob("*.toml")):
        for skill in tomllib.loads(path.read_text("utf-8")).get("skills", []):
            for clause in skill["clauses"]:
                for _, words, begins in long_sentences(clause["hint"]):
                    yield f'{path.relative_to(root)}: {clause["id"]}: a sentence of {words} words: "{begins} ..."'


def _texts(root: Path) -> Iterator[Path]:
    """The texts that users and makers of the kit read."""
    yield from root.glob("*.md")
    for folder in ("spec", "student_template", "reference", "tests", "grader"):
        for path in (root / folder).rglob("*"):
            below = path.relative_to(root).parts
            if "hostile" in below or "submissions" in below or "alternatives" in below or "selftest" in below:
                continue
            if path.suffix in (".md", ".h", ".c") and path.is_file():
                yield path
