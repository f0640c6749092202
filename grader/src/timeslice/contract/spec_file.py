"""Reads a TOML file of the spec. If the file is wrong, the error says why in one line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from timeslice.errors import KitError

_Told = TypeVar("_Told")


def read_spec_file(root: Path, shown: Path | str, told: TypeAdapter[_Told]) -> _Told:
    """The content of the file ``shown`` in the kit's folder ``root``. Raises KitError if it does not match ``told``."""
    try:
        return told.validate_python(tomllib.loads((root / shown).read_text("utf-8")))
    except OSError as error:
        raise KitError(f"cannot read {shown} ({error.strerror}): the kit is incomplete, so get it again") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KitError(f"{shown} is not valid TOML ({error}): correct this line") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise KitError(f"{shown}: {where}: {first['msg']}: correct this entry") from error
