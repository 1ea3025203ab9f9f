from enum import StrEnum
from uuid import UUID

from tortoise.transactions import in_transaction

import models
from models.statuses import ProductionStatus, UploadKind, UploadStatus
from services.errors import Refused, Unauthenticated, UserError, refuse
from services.gateways.event_bus import EventBus
from services.idempotency import IdempotencyKeyRefused, first_result, remember
from services.media.probed_media import ProbedMedia
from services.production_assets import production_asset_errors, record_production_assets
from services.production_config import ProductionConfig
from services.rows.hold_uploads import hold_uploads
from services.start_production_render import start_production_render
from services.validate_production_config import validate_production_config
from services.viewer import Viewer

MAX_TITLE = 200


class CreateProductionErrorCode(StrEnum):
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    UPLOAD_NOT_A_VIDEO = "UPLOAD_NOT_A_VIDEO"
    UPLOAD_NOT_READY = "UPLOAD_NOT_READY"
    TITLE_INVALID = "TITLE_INVALID"
    CONFIG_INVALID = "CONFIG_INVALID"
    IDEMPOTENCY_KEY_INVALID = "IDEMPOTENCY_KEY_INVALID"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


async def create_production(
    *,
    viewer: Viewer,
    bus: EventBus,
    upload_id: UUID,
    title: str | None,
    config: ProductionConfig,
    idempotency_key: str | None = None,
) -> models.Production:
    """Make a production of a READY upload and queue its first render."""
    if viewer.user_id is None:
        raise Unauthenticated
    request = {"uploadId": str(upload_id), "title": title, "config": config.to_json()}
    try:
        async with in_transaction():
            known = await first_result(
                viewer, "createProduction", idempotency_key, request, models.Production
            )
            if known is not None:
                return known
            upload = await hold_video(viewer, upload_id)
            await _validate(viewer, title, config, upload)
            production = await insert_production(upload, title, config)
            await remember(viewer, "createProduction", idempotency_key, request, production.id)
    except IdempotencyKeyRefused as refused:
        raise refuse(
            CreateProductionErrorCode(refused.code), str(refused), "input", "idempotencyKey"
        ) from refused
    await bus.announce_transition()
    await bus.announce_work()
    return production


async def insert_production(
    upload: models.Upload, title: str | None, config: ProductionConfig
) -> models.Production:
    """The production and its first render, inside the caller's transaction."""
    production = await models.Production.create(
        owner_id=upload.owner_id,
        upload_id=upload.id,
        title=title.strip() if title is not None else upload.title,
        config=config.to_json(),
        status=ProductionStatus.QUEUED,
    )
    await record_production_assets(production, config)
    await start_production_render(production=production, config=config, cause="created")
    return production


async def hold_video(viewer: Viewer, upload_id: UUID) -> models.Upload:
    """The READY video a production is made of, held until the caller's transaction ends. Raises Refused."""
    upload = (await hold_uploads(viewer, [upload_id])).get(upload_id)
    if upload is None:
        raise refuse(
            CreateProductionErrorCode.UPLOAD_NOT_FOUND, "There is no such upload.", "input", "uploadId"
        )
    if upload.kind is not UploadKind.VIDEO:
        message = f"A production is made of a video; this upload is {upload.kind}."
        raise refuse(CreateProductionErrorCode.UPLOAD_NOT_A_VIDEO, message, "input", "uploadId")
    if upload.status is not UploadStatus.READY:
        raise refuse(
            CreateProductionErrorCode.UPLOAD_NOT_READY,
            f"The upload is {upload.status}; a production needs one that is READY.",
            "input",
            "uploadId",
        )
    return upload


async def _validate(
    viewer: Viewer, title: str | None, config: ProductionConfig, upload: models.Upload
) -> None:
    errors = await creation_errors(viewer, config, upload)
    if title is not None and not 1 <= len(title.strip()) <= MAX_TITLE:
        errors.append(
            UserError(
                CreateProductionErrorCode.TITLE_INVALID,
                f"A title has 1 to {MAX_TITLE} characters.",
                ("input", "title"),
            )
        )
    if errors:
        raise Refused(*errors)


async def creation_errors(viewer: Viewer, config: ProductionConfig, upload: models.Upload) -> list[UserError]:
    """Every problem of a config with this upload and with the others it names, inside the caller's
    transaction."""
    code = CreateProductionErrorCode.CONFIG_INVALID
    errors = config_errors(config, upload, code)
    return errors + await production_asset_errors(viewer, config, code)


def config_errors(config: ProductionConfig, upload: models.Upload, code: StrEnum) -> list[UserError]:
    """Every problem of a config with this upload, as user errors under `input`."""
    media = ProbedMedia.from_json(upload.media or {})
    return [
        UserError(code, problem.message, ("input", *problem.path))
        for problem in validate_production_config(config, media)
    ]
