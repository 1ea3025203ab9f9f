from datetime import datetime

import strawberry

from services.playback.production_playback import Playback as Links


@strawberry.type(description="Where a production plays; the links carry the viewer's right and then expire.")
class Playback:
    hls_url: str = strawberry.field(description="The HLS master playlist.")
    mp4_url: str | None = strawberry.field(description="The MP4 file, if one was asked for.")
    audio_url: str | None = strawberry.field(description="The sound alone as M4A, if it was asked for.")
    embed_url: str = strawberry.field(description="A page with a player, for an iframe.")
    expires_at: datetime = strawberry.field(description="Until when the links work.")

    @classmethod
    def from_links(cls, links: Links) -> "Playback":
        return cls(
            hls_url=links.hls_url,
            mp4_url=links.mp4_url,
            audio_url=links.audio_url,
            embed_url=links.embed_url,
            expires_at=links.expires_at,
        )
