from dataclasses import replace
from typing import Any

import pytest

from services.job_settings import build_job
from services.job_settings.inputs import rotation
from services.media.probed_media import ProbedMedia
from services.production_config import LowerThird, ProductionConfig, TitlePage
from tests.services.job_settings.cases import (
    HDR_INTERLACED_VFR,
    MONO,
    PHONE_IN_MKV,
    PORTRAIT,
    job_of,
    outputs_of,
)
from tests.services.job_settings.placements import RENDER
from tests.services.job_settings.strategies import DEFAULT_MEDIA


def test_a_lower_third_ends_when_asked_fade_out_included() -> None:
    config = ProductionConfig(lower_thirds=(LowerThird("Ana", 2000, 7000),))
    image = job_of(config)["Settings"]["Inputs"][0]["ImageInserter"]["InsertableImages"][0]
    assert image["StartTime"] == "00:00:02:00"
    assert image["Duration"] + image["FadeOut"] == 5000


@pytest.mark.parametrize(
    ("fades", "lasts", "expected"),
    [
        ((500, 1000), 4000, (3000, 500, 1000)),
        ((0, 0), 4000, (4000, 0, 0)),
        # Each takes half at most.
        ((5000, 5000), 3001, (1501, 1500, 1500)),
        ((0, 5000), 1000, (500, 0, 500)),
    ],
)
def test_fades(fades: tuple[int, int], lasts: int, expected: tuple[int, int, int]) -> None:
    fade_in, fade_out = fades
    config = ProductionConfig(
        TitlePage("Title", duration_ms=lasts, fade_in_ms=fade_in, fade_out_ms=fade_out),
        (LowerThird("Ana", 1000, 1000 + lasts, fade_in_ms=fade_in, fade_out_ms=fade_out),),
    )
    for each in job_of(config)["Settings"]["Inputs"]:
        (image,) = each["ImageInserter"]["InsertableImages"]
        assert (image["Duration"], image["FadeIn"], image["FadeOut"]) == expected


def test_only_interlaced_sources_are_deinterlaced() -> None:
    def deinterlaced(media: ProbedMedia) -> set[bool]:
        outputs = outputs_of(job_of(ProductionConfig(), media))
        return {"Deinterlacer" in output["VideoDescription"]["VideoPreprocessors"] for output in outputs}

    assert deinterlaced(DEFAULT_MEDIA) == {False}
    assert deinterlaced(HDR_INTERLACED_VFR) == {True}


def test_every_picture_is_made_sdr() -> None:
    corrections = [
        output["VideoDescription"]["VideoPreprocessors"]["ColorCorrector"]
        for output in outputs_of(job_of(ProductionConfig(), HDR_INTERLACED_VFR))
    ]
    to_sdr = {"ColorSpaceConversion": "FORCE_709", "HdrToSdrToneMapper": "PRESERVE_DETAILS"}
    assert corrections == [to_sdr] * 5


def test_a_picture_is_turned_upright_whatever_its_container() -> None:
    assert rotation(PORTRAIT) == "AUTO"
    assert rotation(PHONE_IN_MKV) == "DEGREES_270"
    assert rotation(replace(PHONE_IN_MKV, rotation=0)) == "AUTO"


def test_a_title_page_has_the_size_and_the_rate_of_the_video() -> None:
    def generated(media: ProbedMedia) -> dict[str, Any]:
        generator = job_of(ProductionConfig(TitlePage("Title")), media)["Settings"]["Inputs"][0]
        found: dict[str, Any] = generator["VideoGenerator"]
        return found

    landscape, portrait = generated(MONO), generated(PORTRAIT)
    assert (landscape["Width"], landscape["Height"], landscape["FramerateNumerator"]) == (1920, 1080, 30)
    assert (portrait["Width"], portrait["Height"], portrait["FramerateNumerator"]) == (1080, 1920, 30_000)


def test_the_outputs_follow_the_upload_and_not_the_title_page() -> None:
    assert job_of(ProductionConfig())["Settings"]["FollowSource"] == 1
    assert job_of(ProductionConfig(TitlePage("Title")))["Settings"]["FollowSource"] == 2


def test_a_missing_overlay_is_our_bug() -> None:
    config = ProductionConfig(TitlePage("Title"))
    with pytest.raises(KeyError, match=r"title\.png"):
        build_job(config=config, media=DEFAULT_MEDIA, render=RENDER, overlays=[])
