"""Overlay placements without drawing, and the references of one render."""

from dataclasses import dataclass
from uuid import UUID

from services.job_settings import RenderRefs
from services.job_settings.asset_names import TITLE_NAME, lower_third_name
from services.job_settings.rendition_ladder import display_size
from services.media.probed_media import ProbedMedia
from services.production_config import ProductionConfig

RENDER = RenderRefs(
    source_uri="s3://media/t/o1/uploads/u1/source.mp4",
    output_prefix_uri="s3://media/t/o1/p/p1/r/1",
    production_id=UUID("01890000-0000-7000-8000-000000000001"),
    render_id=UUID("01890000-0000-7000-8000-000000000002"),
    number=1,
    role="arn:aws:iam::111122223333:role/airdate-mediaconvert",
    queue="arn:aws:mediaconvert:eu-west-1:111122223333:queues/airdate",
    environment="test",
)


@dataclass(frozen=True)
class Placement:
    name: str
    x: int
    y: int
    width: int
    height: int


def placements(config: ProductionConfig, media: ProbedMedia) -> list[Placement]:
    title = [Placement(TITLE_NAME, 0, 0, *display_size(media))] if config.title_page else []
    return title + [
        Placement(lower_third_name(index), 2, 2, 20, 10) for index in range(len(config.lower_thirds))
    ]
