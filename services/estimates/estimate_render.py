"""What rendering a config will cost and how long it will take, before anything is paid for."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any
from uuid import UUID

from services.estimates.planned_outputs import planned_outputs
from services.estimates.price_book import PriceBook
from services.estimates.render_cost import render_cost
from services.estimates.render_pace import RenderPace
from services.job_settings import RenderRefs, build_job, programme_duration_ms
from services.job_settings.asset_names import TITLE_NAME, lower_third_name
from services.media.probed_media import ProbedMedia
from services.production_config import ProductionConfig

NO_ONE = UUID(int=0)
# Neither costs nor time depend on where a job reads and writes.
NOWHERE = RenderRefs(
    source_uri="s3://estimate/source",
    output_prefix_uri="s3://estimate/render",
    production_id=NO_ONE,
    render_id=NO_ONE,
    number=1,
    role="",
    queue=None,
)


@dataclass(frozen=True)
class RenderEstimate:
    """`prices_as_of` is the date of the prices behind `cost_usd`."""

    cost_usd: Decimal
    render_seconds: int
    prices_as_of: date


@dataclass(frozen=True)
class _Anywhere:
    """An overlay's place, which the estimate does not depend on."""

    name: str
    x: int = 0
    y: int = 0
    width: int = 2
    height: int = 2


def estimate_render(
    config: ProductionConfig, media: ProbedMedia, prices: PriceBook, pace: RenderPace
) -> RenderEstimate:
    """Of the very job that the config, which must be valid for the video, would make."""
    outputs = planned_outputs(_job(config, media))
    duration_ms = programme_duration_ms(config, media)
    return RenderEstimate(
        cost_usd=render_cost(outputs, duration_ms, prices),
        render_seconds=ceil(pace.seconds(outputs, duration_ms)),
        prices_as_of=prices.as_of,
    )


def _job(config: ProductionConfig, media: ProbedMedia) -> dict[str, Any]:
    names = [TITLE_NAME, *(lower_third_name(index) for index in range(len(config.lower_thirds)))]
    return build_job(config=config, media=media, render=NOWHERE, overlays=[_Anywhere(name) for name in names])
