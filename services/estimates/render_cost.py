from collections.abc import Sequence
from decimal import Decimal

from services.estimates.planned_outputs import PlannedOutput
from services.estimates.price_book import PriceBook

CENTS_OF_CENTS = Decimal("0.0001")


def render_cost(outputs: Sequence[PlannedOutput], duration_ms: int, prices: PriceBook) -> Decimal:
    """USD, to a hundredth of a cent, for a programme of that length.

    AWS bills each output by the second, at least some seconds, times its resolution's price and its frame
    rate's factor; normalising loudness is an extra on each output that has it. Failed jobs are free.
    """
    seconds = max(prices.least_billed_seconds, -(-duration_ms // 1000))
    per_minute = sum((_minute(output, prices) for output in outputs), Decimal(0))
    return (per_minute * seconds / 60).quantize(CENTS_OF_CENTS)


def _minute(output: PlannedOutput, prices: PriceBook) -> Decimal:
    rates = prices.per_output_minute
    extra = rates.normalization if output.is_normalized else Decimal(0)
    if not output.has_video:
        return rates.audio_only + extra
    return rates.video(output.lines) * prices.factor_at(output.frame_rate) + extra
