"""The C library in families, spec/families.toml: which functions belong together, and which of them nobody may use."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from timeslice.errors import KitError
from timeslice.kit import Kit

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
    """Functions that belong together, with the headers that declare them; ``refused`` is why nobody may use them."""

    name: str
    headers: str
    functions: frozenset[str]
    refused: str


def read_families(kit: Kit) -> dict[str, Family]:
    """Every family by its name, in the order of the file. Raises KitError, one line, where the file is wrong."""
    families: dict[str, Family] = {}
    owners: dict[str, str] = {}
    for name, told in _read_file(kit).items():
        functions = [f"{function}{ending}" for function in _spelled_out(name, told) for ending in told.endings]
        for function in functions:
            if function in owners:
                raise KitError(f"{SHOWN}: {function} is in {owners[function]} and in {name}: leave it in one of them")
            owners[function] = name
        families[name] = Family(name, told.headers, frozenset(functions), told.refused)
    return families


def _read_file(kit: Kit) -> dict[str, _Family]:
    try:
        return _FILE.validate_python(tomllib.loads((kit.root / SHOWN).read_text("utf-8")))
    except OSError as error:
        raise KitError(f"{SHOWN} cannot be read ({error.strerror}): the kit is not whole, fetch it again") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KitError(f"{SHOWN} is not valid TOML ({error}): mend that line") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise KitError(f"{SHOWN}: {where}: {first['msg']}: mend that entry") from error


def _spelled_out(family: str, told: _Family) -> Iterator[str]:
    """The names that the words of a family stand for: ``str{cpy,cat}`` is strcpy and strcat."""
    for word in told.functions.split():
        parts = _BRACES.split(word)  # plain text and, at each odd place, what one pair of braces offers
        choices = [part.split(",") if place % 2 else [part] for place, part in enumerate(parts)]
        for name in map("".join, product(*choices)):
            if not _FUNCTION.fullmatch(name):
                raise KitError(f"{SHOWN}: {family}: {word} stands for {name!r}, which is no name of C: mend that word")
            yield name
