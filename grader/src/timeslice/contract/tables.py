"""The tables of spec/kit.toml and of the spec/<lab>.toml files, as they are written there."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, TypeAdapter

from timeslice.contract.clause import ClauseId

Positive = Annotated[int, Field(gt=0)]
Text = Annotated[str, Field(min_length=1)]


def _clause_id(told: object) -> ClauseId:
    if not isinstance(told, str):
        raise ValueError("a clause id is a text")
    return ClauseId(told)


Id = Annotated[InstanceOf[ClauseId], BeforeValidator(_clause_id)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RunLimits(_Table):
    """What one run in the sandbox may use. Times are wall-clock seconds, sizes are MiB.

    ``compile_seconds`` are of processor time, for each source: a busy machine must not cost a build."""

    compile_seconds: Positive
    run_seconds: Positive
    test_seconds: Positive
    memory_mb: Positive
    processes: Positive
    file_mb: Positive
    descriptors: Positive
    tmp_mb: Positive


class BuildTable(_Table):
    """``[build]``: what every lab's sources are compiled with and may use."""

    cflags: list[Text]
    allow: list[Text]  # families, by name


class KitTable(_Table):
    """``spec/kit.toml``: what all labs share."""

    version: int
    title: Text
    limits: RunLimits
    build: BuildTable


class ClauseTable(_Table):
    """``[[skills.clauses]]``: what one clause is worth."""

    id: Id
    points: Positive
    hint: Text


class SkillTable(_Table):
    """``[[skills]]``: clauses under one sentence that a student would recognise."""

    id: Text
    title: Text
    clauses: Annotated[list[ClauseTable], Field(min_length=1)]


class LabTable(_Table):
    """``spec/<lab>.toml``: one lab."""

    title: Text
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,8}$")]
    place: Positive  # among the labs, in every report
    headers: list[Text]
    api: Annotated[list[Text], Field(min_length=1)]
    allow: list[Text] = []  # families, by name
    memory: dict[Text, Id]
    skills: list[SkillTable]


KIT_FILE = TypeAdapter(KitTable)
LAB_FILE = TypeAdapter(LabTable)
