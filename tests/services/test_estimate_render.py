import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from services.estimates.estimate_render import estimate_render
from services.estimates.planned_outputs import PlannedOutput
from services.estimates.price_book import DEFAULT_PRICE_BOOK, PriceBookInvalid, read_price_book
from services.estimates.render_cost import render_cost
from services.estimates.render_pace import RenderPace
from services.production_config import (
    AudioConfig,
    AudioMode,
    KeptRange,
    OutputsConfig,
    ProductionConfig,
    TitlePage,
    Trim,
)
from tests.services.job_settings.strategies import DEFAULT_MEDIA

BOOK = read_price_book()
MINUTE = 60_000


def output(lines: int, rate: int | Fraction = 30, *, normalized: bool = False) -> PlannedOutput:
    return PlannedOutput(lines * 16 // 9, lines, Fraction(rate), normalized)


def test_the_worked_example() -> None:
    """10.05 minutes at 30 frames/s as HLS of 1080, 720 and 480 lines and an MP4 of 1080, all normalised:
    10.05 x (3 x 0.0150 + 0.0075) + 10.05 x 4 x 0.0020."""
    outputs = [output(lines, normalized=True) for lines in (1080, 720, 480, 1080)]
    assert render_cost(outputs, 603_000, BOOK) == Decimal("0.6080")


@pytest.mark.parametrize(
    ("planned", "usd"),
    [
        (output(719), "0.0075"),
        (output(720), "0.0150"),
        (output(1080), "0.0150"),
        (output(1082), "0.0300"),
        (output(2160), "0.0300"),
        (output(480, Fraction(30000, 1001)), "0.0075"),
        (output(480, 50), "0.0094"),
        (output(480, 60), "0.0094"),
        (output(480, 61), "0.0112"),
        (output(480, 240), "0.0112"),
        (output(480, normalized=True), "0.0095"),
        (PlannedOutput(1080, 1920, Fraction(30), False), "0.0150"),
        (PlannedOutput(0, 0, Fraction(0), False), "0.0050"),
        (PlannedOutput(0, 0, Fraction(0), True), "0.0070"),
    ],
)
def test_a_minute_of_one_output(planned: PlannedOutput, usd: str) -> None:
    assert render_cost([planned], MINUTE, BOOK) == Decimal(usd)


def test_seconds_are_rounded_up_and_ten_at_least() -> None:
    cost = {ms: render_cost([output(1080)] * 4, ms, BOOK) for ms in (40, 10_000, 10_001, 11_000)}
    assert cost == {
        40: Decimal("0.0100"),
        10_000: Decimal("0.0100"),
        10_001: Decimal("0.0110"),
        11_000: Decimal("0.0110"),
    }


def test_the_job_itself_is_priced() -> None:
    config = ProductionConfig(
        title_page=TitlePage("Title", duration_ms=10_000),
        audio=AudioConfig(AudioMode.NORMALIZE),
        trim=Trim((KeptRange(0, 50_000),)),
        outputs=OutputsConfig(max_height=480, mp4=True),
    )
    media = replace(DEFAULT_MEDIA, duration_ms=300_000)
    estimate = estimate_render(config, media, BOOK, RenderPace(10, 100))
    # A minute of 480 and 360 lines as HLS and of 480 as MP4, each normalised; the poster is not charged.
    assert estimate.cost_usd == Decimal("0.0285")
    assert estimate.prices_as_of == BOOK.as_of
    megapixels = (854 * 480 * 2 + 640 * 360) * 30 * 60 / 1e6
    assert estimate.render_seconds == int(10 + megapixels / 100) + 1


def test_what_a_larger_ladder_adds() -> None:
    def estimate(**outputs: object) -> tuple[Decimal, int]:
        config = ProductionConfig(outputs=OutputsConfig(**outputs))
        told = estimate_render(config, replace(DEFAULT_MEDIA, duration_ms=600_000), BOOK, RenderPace())
        return told.cost_usd, told.render_seconds

    small, large = estimate(max_height=360), estimate(max_height=1080)
    assert small == (Decimal("0.0750"), 29)
    assert large == (Decimal("0.4500"), 234)


def test_the_pace_scales_as_a_whole() -> None:
    pace = RenderPace(10, 100).times_slower(2)
    assert pace == RenderPace(20, 50)
    assert pace.seconds([output(1080)], 1000) == pytest.approx(20 + 1920 * 1080 * 30 / 1e6 / 50)


def test_a_price_book_of_ones_own(tmp_path: Path) -> None:
    values = json.loads(DEFAULT_PRICE_BOOK.read_text())
    values |= {"as_of": "2026-01-31", "region": "eu-west-1"}
    values["per_output_minute"]["hd"] = "0.0170"
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(values))
    book = read_price_book(path)
    assert (book.as_of.isoformat(), book.region) == ("2026-01-31", "eu-west-1")
    assert render_cost([output(1080)], MINUTE, book) == Decimal("0.0170")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"currency": "EUR"}, "currency: Input should be 'USD'"),
        ({"as_of": "lately"}, "as_of: "),
        ({"per_output_minute": {"sd": "-1"}}, "per_output_minute.sd: Input should be greater than or equal"),
        ({"frame_rate_factors": []}, "frame_rate_factors: "),
        ({"sale": "50%"}, "sale: "),
    ],
)
def test_a_wrong_price_book_is_named_with_what_is_wrong(
    tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(json.loads(DEFAULT_PRICE_BOOK.read_text()) | changes))
    with pytest.raises(PriceBookInvalid) as caught:
        read_price_book(path)
    assert str(caught.value).startswith(f"the price book {path} is wrong: ")
    assert told in str(caught.value)


def test_a_price_book_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(PriceBookInvalid, match=r"nowhere\.json cannot be read: No such file"):
        read_price_book(tmp_path / "nowhere.json")
    (tmp_path / "text.json").write_text("prices")
    with pytest.raises(PriceBookInvalid, match="file: Invalid JSON"):
        read_price_book(tmp_path / "text.json")
