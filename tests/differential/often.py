"""How hypothesis asks."""

import hypothesis
from hypothesis import HealthCheck, Phase


def often(times: int) -> hypothesis.settings:
    """So many documents. What fails is shrunk, and not explained: that would take as long again."""
    return hypothesis.settings(
        max_examples=times,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
