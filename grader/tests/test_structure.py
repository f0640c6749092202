"""The structure of the package: data flows one way, so a wing imports only those before it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import timeslice

PACKAGE = Path(timeslice.__file__).parent
# In the order of the pipeline. The sandbox serves all of them. Only the command line imports upkeep.
WINGS = ("sandbox", "contract", "intake", "build", "run", "witness", "grade", "report", "session", "pages", "upkeep")


def imports(path: Path) -> set[str]:
    """The wings that a file imports from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module == "timeslice":
            names = [f"timeslice.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("timeslice.")}
    return found & set(WINGS)


@pytest.mark.parametrize("wing", WINGS)
def test_a_wing_imports_only_wings_before_it(wing: str) -> None:
    allowed = set(WINGS[: WINGS.index(wing) + 1])
    files = sorted((PACKAGE / wing).rglob("*.py"))
    assert len(files) > 1
    assert {str(path): imports(path) - allowed for path in files if imports(path) - allowed} == {}


def test_every_folder_is_a_wing_and_only_the_command_line_uses_upkeep() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert folders == set(WINGS)
    users = {path.name for path in PACKAGE.glob("*.py") if "upkeep" in imports(path)}
    assert users == {"cli.py"}
