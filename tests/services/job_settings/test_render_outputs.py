from dataclasses import astuple, replace
from fractions import Fraction
from uuid import UUID

from services.job_settings import programme_duration_ms
from services.job_settings.programme_timeline import poster_at_ms
from services.job_settings.render_outputs import render_outputs
from services.production_config import Caption, OutputsConfig, ProductionConfig, TitlePage
from tests.services.job_settings.cases import job_of, kept
from tests.services.job_settings.strategies import DEFAULT_MEDIA


def test_every_object_of_a_job() -> None:
    config = ProductionConfig(
        TitlePage("Title"),
        captions=(Caption(UUID(int=1)), Caption(UUID(int=1), "de", is_default=True)),
        outputs=OutputsConfig(max_height=720, mp4=True, audio=True),
    )
    job = job_of(config)
    root = "t/o1/p/p1/r/1"
    assert [astuple(output) for output in render_outputs(job)] == [
        ("HLS", f"{root}/hls/index.m3u8", None, None, None),
        ("HLS_RENDITION", f"{root}/hls/index_720.m3u8", 1280, 720, 3_628_000),
        ("HLS_RENDITION", f"{root}/hls/index_480.m3u8", 854, 480, 1_496_000),
        ("HLS_RENDITION", f"{root}/hls/index_360.m3u8", 640, 360, 896_000),
        ("CAPTIONS", f"{root}/hls/index_captions_2.m3u8", None, None, None),
        ("CAPTIONS", f"{root}/hls/index_captions_1.m3u8", None, None, None),
        ("MP4", f"{root}/mp4/video_720.mp4", 1280, 720, 3_660_000),
        ("AUDIO", f"{root}/audio/sound.m4a", None, None, 192_000),
        ("POSTER", f"{root}/poster/poster_720.0000001.jpg", 1280, 720, None),
    ]


def test_a_poster_of_the_first_frame_is_the_first_capture() -> None:
    config = ProductionConfig(poster_at_ms=0)
    assert render_outputs(job_of(config))[-1].key == "t/o1/p/p1/r/1/poster/poster_720.0000000.jpg"


def test_programme_duration() -> None:
    title = TitlePage("Title", duration_ms=2500)
    middle, rest, thrice = kept((1000, 15_000)), kept((1000, None)), kept((0, 2000), (0, 1000), (5000, 9000))
    assert programme_duration_ms(ProductionConfig(), DEFAULT_MEDIA) == 20_000
    assert programme_duration_ms(ProductionConfig(title, trim=middle), DEFAULT_MEDIA) == 16_500
    assert programme_duration_ms(ProductionConfig(title, trim=rest), DEFAULT_MEDIA) == 21_500
    assert programme_duration_ms(ProductionConfig(title, trim=thrice), DEFAULT_MEDIA) == 9500


def test_the_poster_is_taken_after_the_title_page() -> None:
    title = TitlePage("Title", duration_ms=2500)
    long_one = replace(DEFAULT_MEDIA, duration_ms=3_600_000)
    assert poster_at_ms(ProductionConfig(title), DEFAULT_MEDIA) == 4500
    assert poster_at_ms(ProductionConfig(title), long_one) == 12_500
    assert poster_at_ms(ProductionConfig(title, poster_at_ms=100), DEFAULT_MEDIA) == 100


def test_a_poster_of_the_last_moment_is_of_a_frame_that_exists() -> None:
    last = ProductionConfig(poster_at_ms=19_999)
    assert poster_at_ms(last, DEFAULT_MEDIA) == 19_900
    assert poster_at_ms(last, replace(DEFAULT_MEDIA, frame_rate=Fraction(5))) == 19_600
    assert poster_at_ms(ProductionConfig(poster_at_ms=39), replace(DEFAULT_MEDIA, duration_ms=40)) == 0
