"""Makes the JSON Schema of result.json from the model.

``python -m timeslice.report.schema > spec/result.schema.json`` publishes the schema.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from timeslice.model import SCHEMA_VERSION, Result


def result_schema() -> dict[str, Any]:
    """The schema of what ``result_json`` writes, in JSON Schema draft 2020-12."""
    built = Result.model_json_schema(mode="serialization")
    definitions = built.pop("$defs")
    for definition in (built, *definitions.values()):
        for schema in definition.get("properties", {}).values():
            schema.pop("title", None)
        if "properties" in definition:
            definition["required"] = list(definition["properties"])  # the writer writes every field
    definitions["FileCoverage"]["properties"]["counts"]["propertyNames"] = {"pattern": "^[1-9][0-9]*$"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:timeslice:result:{SCHEMA_VERSION}",
        "version": SCHEMA_VERSION,
        **built,
        "title": f"Timeslice result {SCHEMA_VERSION}",
        "$defs": definitions,
    }


def schema_text() -> str:
    """The text of ``spec/result.schema.json``."""
    return json.dumps(result_schema(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
