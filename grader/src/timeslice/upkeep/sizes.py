"""Measures the limits in CONTRIBUTING: lines in a file, lines in a function, and the width of prose."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

FILE_LINES, FUNCTION_LINES, WIDTH = 400, 40, 120
_C_FUNCTION = re.compile(r"^[A-Za-z_][^\n;={}#]*\([^;{}]*\)\s*\{$.*?^\}", re.MULTILINE | re.DOTALL)
_C_NAME = re.compile(r"(\w+)\s*\(")
_FOLDERS = ("grader", "reference", "student_template", "tests")
_DATA = ("hostile", "submissions", "alternatives", "mutants", "selftest", "styles")  # data that tests the kit


def check_sizes(root: Path) -> Iterator[str]:
    """Every file and function that is too long, and every line of prose that is too wide."""
    for path in sorted(path for folder in _FOLDERS for path in (root / folder).rglob("*") if path.is_file()):
        shown = path.relative_to(root)
        if path.suffix not in (".py", ".c", ".h") or not _is_code(shown):
            continue
        text = path.read_text("utf-8")
        lines = text.count("\n")
        if lines > FILE_LINES:
            yield f"{shown}: {lines} lines: a file may have {FILE_LINES}, split it"
        for line, name, length in _python(text) if path.suffix == ".py" else _c(text):
            if length > FUNCTION_LINES:
                yield f"{shown}:{line}: {name} has {length} lines: a function may have {FUNCTION_LINES}, split it"
    for path in sorted([*root.glob("*.md"), *(root / "spec").glob("*.md")]):
        yield from (
            f"{path.relative_to(root)}:{line}: wider than {WIDTH} characters, break the line"
            for line in _wide(path.read_text("utf-8"))
        )


def _is_code(shown: Path) -> bool:
    return not any(part in _DATA or part.startswith(".") for part in shown.parts)


def _python(text: str) -> Iterator[tuple[int, str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield node.lineno, node.name, node.end_lineno - node.lineno + 1 - _docstring_lines(node)


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    if ast.get_docstring(node) is None or first.end_lineno is None:
        return 0
    return first.end_lineno - first.lineno + 1


def _c(text: str) -> Iterator[tuple[int, str, int]]:
    """Functions of C. The body of each ends with a brace at the beginning of a line."""
    for found in _C_FUNCTION.finditer(text):
        name = _C_NAME.search(found[0])
        yield text.count("\n", 0, found.start()) + 1, name[1] if name else "?", found[0].count("\n") + 1


def _wide(text: str) -> Iterator[int]:
    """The numbers of the lines of prose that are too wide. Table rows, clauses and examples may be wider."""
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        fenced ^= line.lstrip().startswith("```")
        if len(line) > WIDTH and not fenced and not line.startswith(("|", "**", "    ", "[")):
            yield number
