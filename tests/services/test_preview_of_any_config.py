"""Whatever valid config an editor sends for whatever video: pictures, times, warnings and costs come back."""

from collections import defaultdict
from dataclasses import replace
from io import BytesIO
from uuid import UUID

from hypothesis import given
from PIL import Image

from services.estimates.estimate_render import estimate_render
from services.estimates.price_book import read_price_book
from services.estimates.render_pace import RenderPace
from services.job_settings.frame_timing import output_rate
from services.job_settings.programme_timeline import programme_duration_ms, title_page_ms
from services.job_settings.rendition_ladder import display_size, rendition_ladder
from services.media.probed_media import ProbedMedia
from services.overlays import draw_overlays
from services.preview_warnings import preview_warnings
from services.production_config import ProductionConfig
from services.production_preview import showings
from tests.services.job_settings.strategies import configs_and_media


def any_image() -> dict[UUID, bytes]:
    file = BytesIO()
    Image.new("RGBA", (300, 200), (255, 0, 0, 128)).save(file, "PNG")
    return defaultdict(file.getvalue)


@given(configs_and_media(images=True))
def test_it_is_drawn_within_the_frame_and_warned_about(pair: tuple[ProductionConfig, ProbedMedia]) -> None:
    config, media = pair
    media = replace(media, width=min(media.width, 1000), height=min(media.height, 1000))
    images, frame = any_image(), display_size(media)
    overlays = draw_overlays(config, media, images)
    assert len({overlay.name for overlay in overlays}) == len(overlays)
    for overlay in overlays:
        assert Image.open(BytesIO(overlay.png)).size == (overlay.width, overlay.height)
        assert 0 <= overlay.x <= frame[0] - overlay.width
        assert 0 <= overlay.y <= frame[1] - overlay.height
        assert 0 < overlay.shrunk_to <= 1
    ladder = rendition_ladder(media, config.outputs.max_height, output_rate(media))
    warnings = preview_warnings(config, media, ladder, overlays, images)
    assert {warning.path[1] for warning in warnings} <= {"config", "uploadId"}


@given(configs_and_media(images=True))
def test_its_texts_lie_within_the_programme_and_it_has_a_price(
    pair: tuple[ProductionConfig, ProbedMedia],
) -> None:
    config, media = pair
    lasts = programme_duration_ms(config, media)
    for lower_third in config.lower_thirds:
        times = showings(lower_third, config, media)
        assert times
        for start, end in times:
            assert title_page_ms(config) <= start < end <= lasts
            assert end - start == lower_third.end_ms - lower_third.start_ms
    estimate = estimate_render(config, media, read_price_book(), RenderPace(10, 100))
    assert estimate.cost_usd > 0
    assert estimate.render_seconds > 10
