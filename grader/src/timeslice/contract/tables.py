"""The tables in spec/kit.toml and in the spec/<lab>.toml files."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, TypeAdapter

from timeslice.contract.clause import PREFIX, ClauseId

Positive = Annotated[int, Field(gt=0)]
Text = Annotated[str, Field(min_length=1)]


def _clause_id(told: object) -> ClauseId:
    if not isinstance(told, str):
        raise ValueError("a clause id must be a text")
    return ClauseId(told)


Id = Annotated[InstanceOf[ClauseId], BeforeValidator(_clause_id)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RunLimits(_Table):
    """What one run in the sandbox may use. Times are seconds of wall-clock time, and sizes are MiB.

    Only ``compile_seconds`` is processor time, for each source. So a build does not fail on a busy machine."""

    compile_seconds: Positive
    run_seconds: Positive
    test_seconds: Positive
    memory_mb: Positive
    processes: Positive
    file_mb: Positive
    descriptors: Positive
    tmp_mb: Positive


class BuildTable(_Table):
    """``[build]``: the compiler's flags and the allowed functions for the sources of every lab."""

    cflags: list[Text]
    allow: list[Text]  # families, by name


class KitTable(_Table):
    """``spec/kit.toml``: the settings for all labs."""

    version: int
    title: Text
    limits: RunLimits
    build: BuildTable


class ClauseTable(_Table):
    """``[[skills.clauses]]``: the points and the hint of one clause."""

    id: Id
    points: Positive
    hint: Text


class SkillTable(_Table):
    """``[[skills]]``: a group of clauses, with a title that a student understands."""

    id: Text
    title: Text
    clauses: Annotated[list[ClauseTable], Field(min_length=1)]


class LabTable(_Table):
    """``spec/<lab>.toml``: one lab."""

    title: Text
    prefix: Annotated[str, Field(pattern=f"^{PREFIX}$")]
    place: Positive  # its position among the labs, in every report
    headers: list[Text]
    api: Annotated[list[Text], Field(min_length=1)]
    allow: list[Text] = []  # families, by name
    memory: dict[Text, Id]
    skills: list[SkillTable]


KIT_FILE = TypeAdapter(KitTable)
LAB_FILE = TypeAdapter(LabTable)
