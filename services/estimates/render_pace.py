"""How long renders take: a fixed start, and then time in proportion to the pixels of all outputs' frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import models
from models.statuses import ProductionStatus, RenderOutputKind
from services.estimates.planned_outputs import PlannedOutput, planned_outputs

RECENT_RENDERS = 20


@dataclass(frozen=True)
class RenderPace:
    """`start_seconds` pass with waiting and reading; then so many megapixels are made a second.

    The defaults are for MediaConvert's on-demand queue: about three times as fast as a 1080p ladder plays.
    """

    start_seconds: float = 15.0
    megapixels_per_second: float = 300.0

    def seconds(self, outputs: Sequence[PlannedOutput], duration_ms: int) -> float:
        """How long these outputs of a programme of that length take."""
        megapixels = sum(output.megapixels(duration_ms) for output in outputs)
        return self.start_seconds + megapixels / self.megapixels_per_second

    def times_slower(self, factor: float) -> "RenderPace":
        return RenderPace(self.start_seconds * factor, self.megapixels_per_second / factor)


async def recent_pace(usual: RenderPace) -> RenderPace:
    """The usual pace, as much slower or faster as this deployment's last completed renders were: by their
    median, so that one that stood in a queue for an hour counts for no more than the others."""
    renders = (
        await models.Render.filter(
            status=ProductionStatus.COMPLETED, started_at__isnull=False, finished_at__isnull=False
        )
        # Ids grow with time, and have an index.
        .order_by("-id")
        .limit(RECENT_RENDERS)
        .only("id", "settings", "outputs", "started_at", "finished_at")
    )
    factors = [factor for render in renders if (factor := _times_slower(render, usual)) is not None]
    return usual.times_slower(median(factors)) if factors else usual


def _times_slower(render: models.Render, usual: RenderPace) -> float | None:
    """None for a render of which it cannot be told."""
    if render.settings is None or render.started_at is None or render.finished_at is None:
        return None
    took = (render.finished_at - render.started_at).total_seconds()
    kinds = {output["kind"]: output.get("durationMs") for output in render.outputs}
    duration_ms = kinds.get(RenderOutputKind.HLS)
    if not duration_ms or took <= 0:
        return None
    return took / usual.seconds(planned_outputs(render.settings), duration_ms)
