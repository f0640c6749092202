"""Reads spec/families.toml: the families of C library functions, and which families no lab may use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from timeslice.contract.kit import Kit
from timeslice.contract.spec_file import read_spec_file
from timeslice.errors import KitError

SHOWN = "spec/families.toml"
_BRACES = re.compile(r"\{([^{}]*)\}")
_FUNCTION = re.compile(r"[A-Za-z_]\w*")


class _Family(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    headers: Annotated[str, Field(min_length=1)]
    functions: Annotated[str, Field(min_length=1)]
    endings: list[str] = [""]
    refused: str = ""


_FILE = TypeAdapter(dict[str, _Family])


@dataclass(frozen=True)
class Family:
    """Functions that belong together, and the headers that declare them. ``refused`` says why no lab may use them."""

    name: str
    headers: str
    functions: frozenset[str]
    refused: str


def read_families(kit: Kit) -> dict[str, Family]:
    """Every family by its name, in the order of the file. Raises KitError, with one line, if the file is wrong."""
    families: dict[str, Family] = {}
    owners: dict[str, str] = {}
    for name, told in read_spec_file(kit.root, SHOWN, _FILE).items():
        functions = [f"{function}{ending}" for function in _spelled_out(name, told) for ending in told.endings]
        for function in functions:
            if function in owners:
                raise KitError(
                    f"{SHOWN}: {function} is in {owners[function]} and in {name}: remove it from one of them"
                )
            owners[function] = name
        families[name] = Family(name, told.headers, frozenset(functions), told.refused)
    return families


def _spelled_out(family: str, told: _Family) -> Iterator[str]:
    """The names that the words of a family mean: ``str{cpy,cat}`` is strcpy and strcat."""
    for word in told.functions.split():
        parts = _BRACES.split(word)  # plain text; at each odd place, the choices of a pair of braces
        choices = [part.split(",") if place % 2 else [part] for place, part in enumerate(parts)]
        for name in map("".join, product(*choices)):
            if not _FUNCTION.fullmatch(name):
                raise KitError(f"{SHOWN}: {family}: {word} gives {name!r}, which is not a C name: repair this word")
            yield name
