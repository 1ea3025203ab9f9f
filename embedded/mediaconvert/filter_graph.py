"""One ffmpeg filter graph for a whole job: inputs made alike, overlaid, cut and strung together once, then
scaled for each output."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from embedded.mediaconvert.outputs import Capture, Output, Picture, Sound
from embedded.mediaconvert.programme import Clip, Overlay, Programme, ProgrammeInput
from embedded.mediaconvert.sources import Source

SAMPLE_RATE = 48_000
STEREO = f"aresample={SAMPLE_RATE}:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo"
TO_709 = (
    "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,"
    "zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
)
OVERSAMPLED = 4 * SAMPLE_RATE


@dataclass
class FilterGraph:
    """`arguments` are ffmpeg's inputs in the order in which the chains count them."""

    programme: Programme
    sources: Sequence[Source | None]
    images: dict[str, str]
    is_deinterlaced: bool
    is_709: bool
    arguments: list[str] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)
    inputs: int = 0
    labels: int = 0

    @property
    def rate(self) -> Fraction:
        return self.programme.rate

    @property
    def canvas(self) -> tuple[int, int]:
        """The followed input's size; where that is none, the first one's."""
        index = self.programme.followed_input
        index = index if 0 <= index < len(self.sources) else 0
        source = self.sources[index]
        return (source.width, source.height) if source else self.programme.inputs[index].generated_size

    def text(self) -> str:
        return ";\n".join(self.chains)

    def add_input(self, *arguments: str) -> int:
        self.arguments += arguments
        self.inputs += 1
        return self.inputs - 1

    def label(self) -> str:
        self.labels += 1
        return f"l{self.labels}"

    def chain(self, feeds: str, filters: str) -> str:
        """Add a chain; the label of its output."""
        label = self.label()
        self.chains.append(f"{feeds}{filters}[{label}]")
        return label

    def add_pictures(self) -> str:
        """The whole programme's picture."""
        parts = [
            part
            for each, source in zip(self.programme.inputs, self.sources, strict=True)
            for part in self._input_pictures(each, source)
        ]
        width, height = self.canvas
        fitted = [self.chain(f"[{part}]", fit(width, height) + ",format=yuv420p") for part in parts]
        if len(fitted) == 1:
            return fitted[0]
        feeds = "".join(f"[{part}]" for part in fitted)
        return self.chain(feeds, f"concat=n={len(fitted)}:v=1:a=0")

    def _input_pictures(self, each: ProgrammeInput, source: Source | None) -> list[str]:
        """An input's clips, upright, at the programme's rate, with its overlays."""
        picture = self._generated(each) if source is None else self._decoded(source)
        for overlay in each.overlays:
            picture = self.overlaid(picture, overlay)
        clips = each.clips or (Clip(None, None),)
        if len(clips) == 1:
            copies = [picture]
        else:
            copies = [self.label() for _ in clips]
            joined = "".join(f"[{copy}]" for copy in copies)
            self.chains.append(f"[{picture}]split={len(clips)}{joined}")
        total = each.generated_frames if source is None else source.frames
        return [self.chain(f"[{copy}]", _trim(clip, total)) for copy, clip in zip(copies, clips, strict=True)]

    def _generated(self, each: ProgrammeInput) -> str:
        width, height = each.generated_size
        seconds = float(each.generated_frames / self.rate)
        black = f"color=c=black:s={width}x{height}:r={self.rate}:d={seconds:.6f}"
        number = self.add_input("-f", "lavfi", "-i", black)
        return self.chain(f"[{number}:v]", "setsar=1,format=yuv420p")

    def _decoded(self, source: Source) -> str:
        turning = [] if source.rotation else ["-noautorotate"]
        number = self.add_input(*turning, "-i", str(source.path))
        filters = []
        if source.is_interlaced and self.is_deinterlaced:
            filters.append("bwdif=mode=send_frame:deint=interlaced")
        if source.is_hdr and self.is_709:
            filters.append(TO_709)
        filters.append(f"scale={source.width}:{source.height}:flags=bicubic,setsar=1")
        # The last frame is held, so that a rounded length is always filled.
        filters.append(f"fps={self.rate}:start_time=0,tpad=stop_mode=clone:stop_duration=1")
        filters.append("format=yuv420p")
        return self.chain(f"[{number}:v:0]", ",".join(filters))

    def overlaid(self, picture: str, overlay: Overlay) -> str:
        """A still laid over from its first frame to its last, fading as asked."""
        length = overlay.end_frame - overlay.start_frame
        seconds = float(length / self.rate)
        path = self.images[overlay.uri]
        number = self.add_input(
            "-loop", "1", "-framerate", str(self.rate), "-t", f"{seconds:.6f}", "-i", path
        )
        filters = ["format=rgba"]
        if overlay.width and overlay.height:
            filters.append(f"scale={overlay.width}:{overlay.height}")
        if overlay.opacity < 1:
            filters.append(f"colorchannelmixer=aa={overlay.opacity}")
        if overlay.fade_in_frames:
            filters.append(f"fade=t=in:s=0:n={overlay.fade_in_frames}:alpha=1")
        if overlay.fade_out_frames:
            start = length - overlay.fade_out_frames
            filters.append(f"fade=t=out:s={start}:n={overlay.fade_out_frames}:alpha=1")
        filters.append(f"setpts=PTS+{float(overlay.start_frame / self.rate):.6f}/TB")
        still = self.chain(f"[{number}:v]", ",".join(filters))
        last = overlay.end_frame - 1
        shown = f"enable='between(n,{overlay.start_frame},{last})'"
        return self.chain(
            f"[{picture}][{still}]", f"overlay={overlay.x}:{overlay.y}:eof_action=pass:format=auto:{shown}"
        )

    def add_output_picture(self, programme: str, picture: Picture) -> str:
        width, height = picture.width or self.canvas[0], picture.height or self.canvas[1]
        scaling = f"scale={width}:{height},setsar=1" if picture.is_stretched else fit(width, height)
        shown = self.chain(f"[{programme}]", f"{scaling},format=yuv420p")
        for overlay in picture.overlays:
            shown = self.overlaid(shown, overlay)
        return shown

    def add_capture(self, programme: str, output: Output, capture: Capture) -> str:
        """The frames nearest to 0, 1/rate, 2/rate … seconds."""
        wanted = "+".join(
            f"eq(n\\,{round(index / capture.rate * self.rate)})" for index in range(capture.count)
        )
        width = output.picture.width or self.canvas[0]
        height = output.picture.height or self.canvas[1]
        # MJPEG takes full-range colour only.
        jpeg = "scale=out_range=full,format=yuvj420p"
        return self.chain(f"[{programme}]", f"select='{wanted}',{fit(width, height)},{jpeg}")

    def add_sound(self, sound: Sound, gain_db: float | None) -> str:
        """The whole programme's sound from one selector, as long as its picture, at a corrected level."""
        parts = [
            part
            for each, source in zip(self.programme.inputs, self.sources, strict=True)
            for part in self._input_sounds(each, source, sound.selector)
        ]
        whole = parts[0]
        if len(parts) > 1:
            feeds = "".join(f"[{part}]" for part in parts)
            whole = self.chain(feeds, f"concat=n={len(parts)}:v=0:a=1")
        return self.chain(f"[{whole}]", levelled(gain_db, sound.peak_limit)) if gain_db is not None else whole

    def _input_sounds(self, each: ProgrammeInput, source: Source | None, selector: str) -> list[str]:
        total = each.generated_frames if source is None else source.frames
        spans = [_span(clip, total) for clip in each.clips or (Clip(None, None),)]
        is_heard = source is not None and source.audio_codec is not None and self._selects(each, selector)
        sounds = []
        for first, end in spans:
            start, stop = float(first / self.rate), float(end / self.rate)
            if is_heard and source is not None:
                number = self.add_input("-vn", "-i", str(source.path))
                mono = "pan=stereo|c0=c0|c1=c0," if source.audio_channels == 1 else ""
                cut = f"apad,atrim={start:.6f}:{stop:.6f},asetpts=PTS-STARTPTS"
                sounds.append(self.chain(f"[{number}:a:0]", f"{mono}{STEREO},{cut}"))
            else:
                silence = f"anullsrc=r={SAMPLE_RATE}:cl=stereo:d={stop - start:.6f}"
                number = self.add_input("-f", "lavfi", "-i", silence)
                sounds.append(self.chain(f"[{number}:a]", STEREO))
        return sounds

    def _selects(self, each: ProgrammeInput, selector: str) -> bool:
        """An input without this selector is silent, which is how MediaConvert mutes."""
        return selector in each.audio_selectors


def fit(width: int, height: int) -> str:
    """Scaled to fit, padded with black to the exact size (ScalingBehavior DEFAULT)."""
    return (
        f"scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic,"
        f"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2,setsar=1"
    )


def levelled(gain_db: float, peak_limit: float) -> str:
    """A gain, then a limiter at four times the rate, so that peaks between samples are limited too."""
    limit = 10 ** (peak_limit / 20)
    return (
        f"volume={gain_db:.3f}dB,aresample={OVERSAMPLED},"
        f"alimiter=limit={limit:.6f}:attack=2:release=60:level=false,aresample={SAMPLE_RATE}"
    )


def _span(clip: Clip, total: int) -> tuple[int, int]:
    """First frame and the one after the last."""
    first = clip.first_frame or 0
    end = total if clip.last_frame is None else min(clip.last_frame + 1, total)
    return first, max(end, first + 1)


def _trim(clip: Clip, total: int) -> str:
    first, end = _span(clip, total)
    return f"trim=start_frame={first}:end_frame={end},setpts=PTS-STARTPTS"


def programme_frames(programme: Programme, sources: Sequence[Source | None]) -> int:
    """How long the programme is, in frames."""
    count = 0
    for each, source in zip(programme.inputs, sources, strict=True):
        total = each.generated_frames if source is None else source.frames
        for clip in each.clips or (Clip(None, None),):
            first, end = _span(clip, total)
            count += end - first
    return count
