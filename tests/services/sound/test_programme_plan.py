"""Which samples come from where, for any cuts at any rate: what the job cuts, and nothing twice."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.job_settings.clip_runs import clip_runs, input_clippings
from services.job_settings.frame_timing import frame_at, input_rate, output_rate, timecode
from services.media.probed_media import ProbedMedia
from services.production_config import KeptRange, ProductionConfig, TitlePage, Trim
from services.sound.pcm import SAMPLE_RATE
from services.sound.programme_plan import MARGIN, plan_programme
from tests.factories import MEDIA

RATES = st.sampled_from([Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60)])


@st.composite
def programmes(draw):
    lasts = draw(st.integers(4000, 4 * 3600 * 1000))
    media = replace(ProbedMedia.from_json(MEDIA), duration_ms=lasts, frame_rate=draw(RATES))
    ranges = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, lasts - 1000))
        ranges.append(KeptRange(start, draw(st.integers(start + 1000, lasts))))
    title = draw(st.none() | st.integers(500, 30_000))
    config = ProductionConfig(
        title_page=TitlePage("T", duration_ms=title) if title else None,
        trim=Trim(tuple(ranges)) if ranges else None,
    )
    return config, media


@given(programmes())
def test_the_programme_is_the_title_and_the_parts_without_a_gap(programme):
    config, media = programme
    plan = plan_programme(config, media)
    reached = plan.title_length
    for part in plan.parts:
        assert abs(part.programme_start - reached) <= 1
        reached = part.programme_start + part.length
    assert abs(plan.length - reached) <= 1
    title = config.title_page.duration_ms if config.title_page else 0
    rate = output_rate(media)
    assert abs(plan.title_length - frame_at(title, rate) / rate * SAMPLE_RATE) <= 0.5


@given(programmes())
def test_parts_are_cut_where_the_job_cuts(programme):
    config, media = programme
    rate = input_rate(media)
    plan = plan_programme(config, media)
    for run, parts in zip(clip_runs(config, media), plan.runs, strict=True):
        for part, clip in zip(parts, input_clippings(run, media) or [{}], strict=True):
            first = round(part.source_start / SAMPLE_RATE * rate)
            last = round(part.source_end / SAMPLE_RATE * rate) - 1
            assert clip.get("StartTimecode", timecode(0, rate)) == timecode(first, rate)
            assert clip.get("EndTimecode", timecode(last, rate)) == timecode(last, rate)


@given(programmes())
def test_margins_reach_into_nothing_that_is_kept(programme):
    plan = plan_programme(*programme)
    for parts in plan.runs:
        reached = 0
        for part in parts:
            assert 0 <= part.lead <= MARGIN
            assert 0 <= part.tail <= MARGIN
            assert part.source_start - part.lead >= reached
            reached = part.source_end + part.tail
        assert parts[-1].tail == MARGIN
