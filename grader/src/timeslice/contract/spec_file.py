"""Reads a TOML file of the spec, and says in one line what is wrong with it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from timeslice.errors import KitError

_Told = TypeVar("_Told")


def read_spec_file(root: Path, shown: Path | str, told: TypeAdapter[_Told]) -> _Told:
    """The file ``shown`` below the kit's folder ``root``. Raises KitError where it is not as ``told`` asks."""
    try:
        return told.validate_python(tomllib.loads((root / shown).read_text("utf-8")))
    except OSError as error:
        raise KitError(f"{shown} cannot be read ({error.strerror}): the kit is not whole, fetch it again") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KitError(f"{shown} is not valid TOML ({error}): mend that line") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise KitError(f"{shown}: {where}: {first['msg']}: mend that entry") from error
