import strawberry

from services.media.probed_media import Probed, ProbedAudio, ProbedCaptions, ProbedImage


@strawberry.type(description="What was found in an upload's file; null where its kind has no such thing.")
class UploadMedia:
    duration_ms: int | None = strawberry.field(
        default=None,
        description="How long it lasts, in milliseconds; of captions, when the last one ends.",
    )
    width: int | None = strawberry.field(default=None, description="Pixels across, as shown: after rotation.")
    height: int | None = strawberry.field(default=None, description="Pixels down, as shown: after rotation.")
    frame_rate: float | None = strawberry.field(default=None, description="Frames a second, on average.")
    rotation: int | None = strawberry.field(
        default=None, description="Degrees a video's stored picture is turned for showing."
    )
    video_codec: str | None = strawberry.field(default=None, description="The video's codec, such as h264.")
    audio_codec: str | None = strawberry.field(
        default=None, description="The sound's codec, such as aac; null without sound."
    )
    audio_channels: int | None = strawberry.field(
        default=None, description="The sound's channels; null without sound."
    )
    has_audio: bool = strawberry.field(default=False, description="Whether there is sound.")
    hdr: bool | None = strawberry.field(
        default=None, description="Whether a video's picture is of high dynamic range."
    )
    cue_count: int | None = strawberry.field(default=None, description="How many captions there are.")

    @classmethod
    def from_probed(cls, probed: Probed) -> "UploadMedia":
        if isinstance(probed, ProbedImage):
            return cls(width=probed.width, height=probed.height)
        if isinstance(probed, ProbedCaptions):
            return cls(duration_ms=probed.last_ms, cue_count=probed.cue_count)
        if isinstance(probed, ProbedAudio):
            return cls(
                duration_ms=probed.duration_ms,
                audio_codec=probed.audio_codec,
                audio_channels=probed.audio_channels,
                has_audio=True,
            )
        return cls(
            duration_ms=probed.duration_ms,
            width=probed.width,
            height=probed.height,
            frame_rate=round(float(probed.frame_rate), 3),
            rotation=probed.rotation,
            video_codec=probed.video_codec,
            audio_codec=probed.audio_codec,
            audio_channels=probed.audio_channels or None,
            has_audio=probed.has_audio,
            hdr=probed.hdr,
        )
