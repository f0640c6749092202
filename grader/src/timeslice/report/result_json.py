"""result.json: the whole model. All of it is ASCII, so that no reader, terminal or log can be misled by a character."""

from __future__ import annotations

import json

from timeslice.model import Result
from timeslice.untrusted import clip

TEXT_LIMIT = 300_000  # characters of one text: more than a source file may have


def result_json(result: Result) -> str:
    """The document as text; ``timeslice.report.schema`` describes it."""
    return json.dumps(_safe(result.model_dump()), indent=1) + "\n"


def _safe(value: object) -> object:
    """Texts capped and without lone surrogates, which are no Unicode text; everything else as it is."""
    if isinstance(value, str):
        return clip(value, TEXT_LIMIT).encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_safe(str(key)): _safe(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_safe(item) for item in value]
    return value
