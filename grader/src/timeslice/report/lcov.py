"""The coverage as an lcov tracefile (geninfo's format), for genhtml, editors and CI services."""

from __future__ import annotations

import re
from collections.abc import Iterator

from timeslice.model import FileCoverage, Result

_NOT_A_NAME = re.compile(r"[^\w.$-]")  # a name must have no line end: a new line begins another record


def lcov_tracefile(result: Result) -> str:
    """One record for each file with executable lines. The text is empty if nothing was measured."""
    return "".join(f"{line}\n" for file in result.coverage.files if file.counts for line in _record(file))


def _record(file: FileCoverage) -> Iterator[str]:
    yield "TN:"
    yield f"SF:{''.join(character if character.isprintable() else '_' for character in file.path)}"
    names = {function.name: _NOT_A_NAME.sub("_", function.name) for function in file.functions}
    for function in file.functions:
        yield f"FN:{function.start_line},{names[function.name]}"
    for function in file.functions:
        yield f"FNDA:{function.executions},{names[function.name]}"
    yield f"FNF:{len(file.functions)}"
    yield f"FNH:{sum(1 for function in file.functions if function.executions > 0)}"
    for line, count in sorted(file.counts.items()):
        yield f"DA:{line},{count}"
    yield f"LF:{len(file.counts)}"
    yield f"LH:{sum(1 for count in file.counts.values() if count > 0)}"
    yield "end_of_record"
