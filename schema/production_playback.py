"""The links of a production: for graphql-core, which loads the render, and for a plan, which joins it."""

from collections.abc import Callable
from typing import Any

import models
from schema.context import Context, Info
from schema.playback import Playback
from schema.renders import RenderOutput, outputs_of
from services.playback.production_playback import Playback as Links
from services.playback.production_playback import production_playback


def links_of(row: models.Production, render: models.Render | None, context: Context) -> Links | None:
    """Where it plays for the viewer, by the render that plays now."""
    gateways = context.gateways
    return production_playback(
        production=row,
        render=render,
        viewer=context.viewer,
        secret=gateways.playback_secret,
        clock=gateways.clock,
        limits=gateways.limits,
        origin=context.origin,
    )


def planned_link(name: str) -> Callable[[Any, Info], str | None]:
    """One of the links, of a row beside its playable render."""

    def link(row: Any, info: Info) -> str | None:
        links = links_of(row, row.playable_render, info.context)
        return getattr(links, name) if links else None

    return link


def planned_playback(row: Any, info: Info) -> Playback | None:
    links = links_of(row, row.playable_render, info.context)
    return Playback.from_links(links) if links else None


def planned_outputs(row: Any, info: Info) -> list[RenderOutput]:
    render = row.playable_render
    return outputs_of(render) if render else []
