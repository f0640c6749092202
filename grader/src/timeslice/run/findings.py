"""What every tool's findings have in common: where a finding is, whose it is, and which findings are equal.

A finding belongs to the submission if the submission's code is in one of its stacks: where it happened, or where the
block was made or freed. Every other finding is the kit's and is listed apart. A stack is cut after its outermost frame
of the submission. Above this frame is the test: its frames differ, but the finding is the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from timeslice.model import Finding, Frame, Tool

FINDING_LIMIT = 200
FRAME_LIMIT = 12
KIT_FRAMES = 4
NAME_LIMIT = 120  # characters of a function's name


@dataclass(frozen=True)
class Found:
    """The findings of one run under a tool. Equal findings of several tests become one."""

    submission: list[Finding]  # the submission's code is in a stack; sorted by file and line
    kit: list[Finding]  # every other finding: it costs nothing, and its frames name the kit's files


def together(told: Iterable[tuple[Finding, str | None]]) -> Found:
    """Findings with the test of each (None if it is not known). Equal findings become one, with all of their tests."""
    merged: dict[tuple[str, tuple[Frame, ...]], Finding] = {}
    tests: dict[tuple[str, tuple[Frame, ...]], list[str]] = {}
    for finding, test in told:
        key = (finding.kind, tuple(finding.stack))
        if key in merged or len(merged) < FINDING_LIMIT:
            merged.setdefault(key, finding)
            tests.setdefault(key, []).extend([test] if test is not None else [])
    found = [one.model_copy(update={"tests": sorted(set(tests[key]))}) for key, one in merged.items()]
    mine = sorted((f for f in found if f.file is not None), key=lambda one: (one.file or "", one.line or 0, one.kind))
    return Found(mine, [f for f in found if f.file is None])


def finding_at(
    tool: Tool, kind: str, message: str, stacks: Sequence[Sequence[Frame]], kit_frames: Sequence[Frame]
) -> Finding:
    """The finding on the innermost line of the submission, in the first stack that has such a line.

    If no stack has one, the finding is the kit's, and ``kit_frames`` is its stack."""
    stack = next((stack for stack in stacks if any(frame.file is not None for frame in stack)), None)
    if stack is None:
        return Finding(tool=tool, kind=kind[:NAME_LIMIT], message=message, stack=list(kit_frames))
    ours = [index for index, frame in enumerate(stack) if frame.file is not None]
    innermost = stack[ours[0]]
    return Finding(
        tool=tool,
        kind=kind[:NAME_LIMIT],
        message=message,
        file=innermost.file,
        line=innermost.line,
        function=innermost.function,
        stack=list(stack[: ours[-1] + 1][:FRAME_LIMIT]),
    )


def source_of(folder: str, file: str, sources: Sequence[str]) -> str | None:
    """The submission's file of a frame. The bank's tests/udp/receive.c is not the submission's udp/receive.c."""
    path = os.path.normpath(f"{folder}/{file}" if folder else file) if file else ""
    for source in sources:
        before = path.removesuffix(source)
        if before != path and (before == "" or (before.endswith("/") and not f"/{before}".endswith("/tests/"))):
            return source
    return None
