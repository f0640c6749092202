"""Every import of the package is declared, and every declared package is locked, with version and hashes."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from timeslice.contract.kit import Kit

_OUR_OWN = "timeslice"


def pyproject(kit: Kit) -> dict[str, list[str]]:
    """Each list of requirements in pyproject.toml by its name: ``project``, ``build-system``, or that of an extra."""
    told = tomllib.loads((kit.root / "grader/pyproject.toml").read_text("utf-8"))
    project, build = told["project"], told["build-system"]
    return {"project": project["dependencies"], "build-system": build["requires"], **project["optional-dependencies"]}


def normal(requirement: str) -> str:
    """A requirement in its normal form: ``Jinja2==3.1.6`` becomes ``jinja2==3.1.6``."""
    name, _, version = requirement.partition("==")
    return f"{re.sub('[-_.]+', '-', name.strip()).lower()}=={version.strip()}"


def names(requirements: list[str]) -> set[str]:
    """The names in some requirements."""
    return {normal(one).partition("==")[0] for one in requirements}


def imported(files: Iterator[Path]) -> set[str]:
    """The top-level modules that some files import."""
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


def strangers(folder: Path) -> dict[str, set[str]]:
    """The distributions that may provide each module that ``folder`` imports and that is neither ours nor Python's."""
    ours = {path.stem for path in folder.rglob("*.py")} | {_OUR_OWN}
    known = packages_distributions()
    modules = imported(folder.rglob("*.py")) - ours - sys.stdlib_module_names
    return {module: {normal(name).partition("==")[0] for name in known.get(module, [])} for module in modules}


def locked(kit: Kit) -> dict[str, int]:
    """The number of hashes in the lock for each pinned package (``name==version``)."""
    entries = re.split(r"\n(?=[a-z])", (kit.root / "grader/requirements.lock").read_text("utf-8"))
    pins = [(re.match(r"([a-z0-9-]+==[^\s;]+)", entry), entry.count("--hash=sha256:")) for entry in entries]
    return {pin[1]: hashes for pin, hashes in pins if pin}


def test_every_import_of_the_package_is_declared(kit: Kit) -> None:
    mutants = (kit.root / "grader/mutants.lock").read_text("utf-8").splitlines()
    declared = names([*pyproject(kit)["project"], *(line for line in mutants if "==" in line)])
    modules = strangers(kit.root / "grader/src")
    assert {"pydantic", "markupsafe"} <= set(modules)
    assert {module for module, providers in modules.items() if not providers & declared} == set()


def test_every_import_of_the_tests_is_declared(kit: Kit) -> None:
    told = pyproject(kit)
    declared = names([*told["project"], *told["dev"]])
    for folder in ("grader/tests", "tests"):
        modules = strangers(kit.root / folder)
        assert {module for module, providers in modules.items() if not providers & declared} == set()


def test_every_declared_version_is_locked_with_its_hashes(kit: Kit) -> None:
    wanted = {normal(one) for requirements in pyproject(kit).values() for one in requirements}
    pins = locked(kit)
    assert wanted - set(pins) == set()
    assert {pin for pin, hashes in pins.items() if not hashes} == set()


def test_the_lock_names_no_host(kit: Kit) -> None:
    text = (kit.root / "grader/requirements.lock").read_text("utf-8")
    assert re.findall(r"https?:|//|index-url|find-links|trusted-host", text) == []
