"""A production's config as the CreateJob request that renders it (AWS Elemental MediaConvert, 2017-08-29)."""

from collections.abc import Sequence
from typing import Any

from services.job_settings.frame_timing import output_rate
from services.job_settings.inputs import job_inputs
from services.job_settings.output_groups import Programme, output_groups
from services.job_settings.render_refs import OverlayPlacement, RenderRefs
from services.job_settings.rendition_ladder import rendition_ladder
from services.media.probed_media import ProbedMedia
from services.production_config import ProductionConfig


def build_job(
    *,
    config: ProductionConfig,
    media: ProbedMedia,
    render: RenderRefs,
    overlays: Sequence[OverlayPlacement],
) -> dict[str, Any]:
    """The whole CreateJob request, in botocore's casing; the same arguments always give the same request.

    `config` must be valid for `media`, and `overlays` what `draw_overlays` drew for them: a missing one
    raises KeyError.
    """
    request: dict[str, Any] = {
        "Role": render.role,
        # The same token within a minute returns the job the first call made.
        "ClientRequestToken": str(render.render_id),
        "StatusUpdateInterval": "SECONDS_10",
        "AccelerationSettings": {"Mode": "DISABLED"},
        "UserMetadata": {
            "app": render.app,
            "env": render.environment,
            "productionId": str(render.production_id),
            "renderId": str(render.render_id),
            "number": str(render.number),
        },
        "Settings": _settings(config, media, render, overlays),
    }
    if render.queue:
        request["Queue"] = render.queue
    return request


def _settings(
    config: ProductionConfig, media: ProbedMedia, render: RenderRefs, overlays: Sequence[OverlayPlacement]
) -> dict[str, Any]:
    rate = output_rate(media)
    programme = Programme(
        config=config,
        media=media,
        rate=rate,
        ladder=rendition_ladder(media, config.outputs.max_height, rate),
        prefix=render.output_prefix_uri,
    )
    inputs = job_inputs(config, media, render, {overlay.name: overlay for overlay in overlays})
    return {
        # Overlays silently stay away when a source has no timecode and this is EMBEDDED, the default.
        "TimecodeConfig": {"Source": "ZEROBASED"},
        # Otherwise the title page, being first, would lend the outputs its properties.
        "FollowSource": len(inputs),
        "Inputs": inputs,
        "OutputGroups": output_groups(programme),
    }
