"""What AWS charges, as of a date: prices change, so they are a file that the deployment can replace."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

DEFAULT_PRICE_BOOK = Path(__file__).with_name("price_books") / "us-2023.json"

Price = Annotated[Decimal, Field(ge=0, le=1000)]
HD_LINES, MOST_HD_LINES = 720, 1080
STRICT = ConfigDict(extra="forbid")


class PriceBookInvalid(Exception):
    """The file cannot be read or is not a price book; says which file and where."""


@validated(frozen=True, config=STRICT)
class OutputMinutePrices:
    """USD for a minute of one output: by its lines (SD < 720, HD to 1080, UHD above), up to 30 frames/s."""

    sd: Price
    hd: Price
    uhd: Price
    audio_only: Price
    normalization: Price

    def video(self, lines: int) -> Decimal:
        """Of a picture with so many lines."""
        if lines < HD_LINES:
            return self.sd
        return self.hd if lines <= MOST_HD_LINES else self.uhd


@validated(frozen=True, config=STRICT)
class FrameRateFactor:
    """Times how much a video output costs at up to so many frames/s."""

    up_to: Annotated[int, Field(gt=0)]
    factor: Price


@validated(frozen=True, config=STRICT)
class PriceBook:
    """MediaConvert's basic on-demand tier in one region."""

    as_of: date
    source: str
    region: str
    currency: Literal["USD"]
    per_output_minute: OutputMinutePrices
    frame_rate_factors: Annotated[tuple[FrameRateFactor, ...], Field(min_length=1)]
    least_billed_seconds: Annotated[int, Field(ge=0)]

    def factor_at(self, frame_rate: Fraction) -> Decimal:
        """What the frame rate (frames/s) multiplies the price by; above the last step, that step's."""
        steps = sorted(self.frame_rate_factors, key=lambda step: step.up_to)
        return next((step.factor for step in steps if frame_rate <= step.up_to), steps[-1].factor)


def read_price_book(path: Path | None = None) -> PriceBook:
    """The book at `path`, or the one that comes along. Raises PriceBookInvalid."""
    path = path or DEFAULT_PRICE_BOOK
    try:
        return _adapter().validate_json(path.read_bytes())
    except OSError as error:
        raise PriceBookInvalid(f"the price book {path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{_where(told['loc'])}: {told['msg']}" for told in error.errors())
        raise PriceBookInvalid(f"the price book {path} is wrong: {wrong}") from error


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location) or "file"


@cache
def _adapter() -> TypeAdapter[PriceBook]:
    return TypeAdapter(PriceBook)
