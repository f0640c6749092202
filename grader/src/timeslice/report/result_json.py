"""Writes result.json: the whole model, in ASCII. So no special character can mislead a reader, a terminal or a log."""

from __future__ import annotations

import json

from timeslice.model import Result
from timeslice.untrusted import clip

TEXT_LIMIT = 300_000  # the most characters of one text; no source file may have so many


def result_json(result: Result) -> str:
    """The text of the document. ``timeslice.report.schema`` describes it."""
    return json.dumps(_safe(result.model_dump()), indent=1) + "\n"


def _safe(value: object) -> object:
    """The value with every text shortened to TEXT_LIMIT and without lone surrogates, which are not valid Unicode."""
    if isinstance(value, str):
        return clip(value, TEXT_LIMIT).encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_safe(str(key)): _safe(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_safe(item) for item in value]
    return value
