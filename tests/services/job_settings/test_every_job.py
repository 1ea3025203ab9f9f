"""Jobs as wholes: the golden ones, and those of random configs, against AWS's model and its further rules."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import event, given

from services.job_settings import programme_duration_ms
from services.job_settings.frame_timing import input_rate
from services.job_settings.render_outputs import render_outputs
from services.media.probed_media import ProbedMedia
from services.production_config import CaptionMode, ProductionConfig
from services.validate_production_config import validate_production_config
from tests.services.job_settings.botocore_shapes import request_faults
from tests.services.job_settings.cases import CASES, job_of, outputs_of
from tests.services.job_settings.service_rules import Source, service_faults
from tests.services.job_settings.strategies import configs_and_media
from tests.services.job_settings.wild_edits import edited_configs
from tests.services.job_settings.write_goldens import GOLDEN, golden_text


def source_of(media: ProbedMedia) -> Source:
    return Source(media.width, media.height, media.duration_ms, input_rate(media))


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    """A change of these files is a change of what people's videos become: see `write_goldens`, and read the
    difference."""
    assert golden_text(CASES[name]) == (GOLDEN / f"{name}.json").read_text("utf-8")


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_every_golden_job_is_one_that_aws_accepts(name: str) -> None:
    config, media = CASES[name]
    assert validate_production_config(config, media) == []
    job = job_of(config, media)
    assert request_faults("CreateJob", job) == []
    assert service_faults(job, source_of(media)) == []


@given(configs_and_media(images=True))
def test_every_valid_config_makes_a_job_that_aws_accepts(pair: tuple[ProductionConfig, ProbedMedia]) -> None:
    config, media = pair
    job = job_of(config, media)
    assert request_faults("CreateJob", job) == []
    assert service_faults(job, source_of(media)) == []
    assert job == job_of(config, media)
    assert job == json.loads(json.dumps(job))
    _check_ladder(job, media)
    _check_texts(job, config)
    _check_outputs(job, config)
    _check_poster(job, programme_duration_ms(config, media))


@given(edited_configs())
def test_whatever_is_not_refused_makes_a_job_that_aws_accepts(
    pair: tuple[ProductionConfig, ProbedMedia],
) -> None:
    config, media = pair
    problems = validate_production_config(config, media)
    event("refused" if problems else "accepted")
    assert all(problem.message and problem.path[0] == "config" for problem in problems)
    if not problems:
        job = job_of(config, media)
        assert request_faults("CreateJob", job) == []
        assert service_faults(job, source_of(media)) == []
        json.dumps(job, allow_nan=False)


def _check_ladder(job: dict[str, Any], media: ProbedMedia) -> None:
    """From large to small, each another size, none above the source."""
    sizes = [
        (output["VideoDescription"]["Width"], output["VideoDescription"]["Height"])
        for output in job["Settings"]["OutputGroups"][0]["Outputs"]
        if "VideoDescription" in output
    ]
    assert 1 <= len(set(sizes)) == len(sizes) <= 4
    assert sizes == sorted(sizes, reverse=True)
    assert all(width <= media.width and height <= media.height for width, height in sizes)


def _check_texts(job: dict[str, Any], config: ProductionConfig) -> None:
    """Every text is shown, and nothing else."""
    shown = {
        image["ImageInserterInput"].rpartition("/")[2]
        for each in job["Settings"]["Inputs"]
        for image in each.get("ImageInserter", {}).get("InsertableImages", [])
    }
    texts = {f"lower-third-{number}.png" for number in range(1, len(config.lower_thirds) + 1)}
    assert shown == texts | ({"title.png"} if config.title_page else set())


def _check_outputs(job: dict[str, Any], config: ProductionConfig) -> None:
    outputs = render_outputs(job)
    assert len({output.key for output in outputs}) == len(outputs)
    kinds = [output.kind.value for output in outputs]
    tracks = sum(caption.mode is CaptionMode.SIDECAR for caption in config.captions)
    assert kinds.count("CAPTIONS") == tracks
    assert ("MP4" in kinds, "AUDIO" in kinds) == (config.outputs.mp4, config.outputs.audio)
    assert (kinds.count("HLS"), kinds.count("POSTER")) == (1, 1)
    assert kinds.count("HLS_RENDITION") >= 1


def _check_poster(job: dict[str, Any], programme_ms: int) -> None:
    capture = outputs_of(job)[-1]["VideoDescription"]["CodecSettings"]["FrameCaptureSettings"]
    if capture["MaxCaptures"] == 2:
        at_ms = Fraction(capture["FramerateDenominator"] * 1000, capture["FramerateNumerator"])
        assert 0 < at_ms < programme_ms
    else:
        assert capture["MaxCaptures"] == 1
