from datetime import date

import strawberry

from services.estimates.estimate_render import RenderEstimate as Estimate


@strawberry.type(description="What a render is expected to cost and to take.")
class RenderEstimate:
    cost_usd: float = strawberry.field(
        description="What AWS is expected to charge for rendering, in US dollars; a failed render is free."
    )
    prices_as_of: date = strawberry.field(description="The date of the prices behind it.")
    render_seconds: int = strawberry.field(
        description="How long rendering will take, by this server's last renders where there are any."
    )

    @classmethod
    def from_estimate(cls, estimate: Estimate) -> "RenderEstimate":
        return cls(
            cost_usd=float(estimate.cost_usd),
            prices_as_of=estimate.prices_as_of,
            render_seconds=estimate.render_seconds,
        )
