from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

import models
from models.statuses import ProductionStatus, RenderErrorStage, RenderOutputKind, RenderPhase
from planner.declared import Computed, backed_by
from planner.row_objects import OfRow
from schema.node import Node, id_writer
from schema.scalars import BigInt
from services.policy import visible_renders
from services.rendering.render_errors import rule_for


@strawberry.type(description="Why a render failed, and what to do about it.")
class RenderError:
    code: str = strawberry.field(description="MediaConvert's error code, or one of ours in words.")
    stage: RenderErrorStage = strawberry.field(description="At which step.")
    message: str = strawberry.field(description="MediaConvert's own words, or ours where it did not speak.")
    retryable: bool = strawberry.field(description="Whether trying again can help.")
    remedy: str = strawberry.field(description="What to do, for people.")


@strawberry.type(description="Something noteworthy of a render that did not stop it.")
class RenderWarning:
    code: str = strawberry.field(
        description="MediaConvert's warning code, or CHARACTER_NOT_DRAWN as in a preview."
    )
    message: str = strawberry.field(description="What it means; may be empty.")


@strawberry.type(description="One file, or one HLS playlist with its segments, that a render made.")
class RenderOutput:
    kind: RenderOutputKind = strawberry.field(description="What it is.")
    width: int | None = strawberry.field(description="Pixels across; null where it has no one size.")
    height: int | None = strawberry.field(description="Pixels down; null where it has no one size.")
    bitrate: int | None = strawberry.field(description="Bits a second, on average or as a limit.")
    byte_size: BigInt | None = strawberry.field(description="How much it occupies in storage.")
    duration_ms: int | None = strawberry.field(description="How long it lasts.")

    @classmethod
    def from_json(cls, output: dict[str, Any]) -> "RenderOutput":
        size = output.get("byteSize")
        return cls(
            kind=RenderOutputKind(output["kind"]),
            width=output.get("width"),
            height=output.get("height"),
            bitrate=output.get("bitrate"),
            byte_size=BigInt(size) if size is not None else None,
            duration_ms=output.get("durationMs"),
        )


def error_of(row: models.Render) -> RenderError | None:
    if row.error_code is None or row.error_stage is None:
        return None
    rule = rule_for(row.error_code)
    return RenderError(
        code=row.error_code,
        stage=row.error_stage,
        message=row.error_message or "",
        retryable=rule.is_retryable,
        remedy=rule.remedy,
    )


def retries_at_of(row: models.Render) -> datetime | None:
    return row.due_at if row.status is ProductionStatus.QUEUED else None


def warnings_of(row: models.Render) -> list[RenderWarning]:
    return [RenderWarning(code=w["code"], message=w["message"]) for w in row.warnings]


def outputs_of(row: models.Render) -> list[RenderOutput]:
    return [RenderOutput.from_json(output) for output in row.outputs]


@backed_by(
    models.Render,
    visible=visible_renders,
    identity=id_writer,
    computed={
        "retries_at": Computed(("status", "due_at"), retries_at_of),
        "error": Computed(("error_code", "error_stage", "error_message"), error_of),
        "warnings": Computed(("warnings",), warnings_of),
        "outputs": Computed(("outputs",), outputs_of),
    },
)
@strawberry.type(description="One attempt to make a production's outputs.")
class Render(Node, OfRow[models.Render]):
    row: strawberry.Private[models.Render]
    number: int = strawberry.field(description="Counts the production's renders from 1.")
    status: ProductionStatus = strawberry.field(description="Where it stands.")
    progress_percent: int = strawberry.field(description="0 to 100; 100 only when COMPLETED.")
    phase: RenderPhase | None = strawberry.field(description="What it is doing, while it runs.")
    job_id: str | None = strawberry.field(description="MediaConvert's id of its job.")
    queue: str | None = strawberry.field(description="The MediaConvert queue.")
    settings: JSON | None = strawberry.field(description="The CreateJob request, as it was sent.")
    submitted_at: datetime | None = strawberry.field(description="When it was handed to MediaConvert.")
    started_at: datetime | None = strawberry.field(description="When MediaConvert began.")
    finished_at: datetime | None = strawberry.field(description="When it ended, however it did.")
    created_at: datetime = strawberry.field(description="When it was queued.")
    retries_at: datetime | None = strawberry.field(
        description="Until when a QUEUED one waits before it is tried again; null when it does not wait."
    )
    error: RenderError | None = strawberry.field(description="Why it failed, if it did.")
    warnings: list[RenderWarning] = strawberry.field(description="What was noteworthy.")
    outputs: list[RenderOutput] = strawberry.field(description="What it made.")
