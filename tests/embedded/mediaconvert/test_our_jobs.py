"""Jobs as we build them, rendered: what the config asks for is in the files that we say there will be."""

import asyncio
import io
import re
from dataclasses import replace
from uuid import UUID, uuid4

import av
import numpy as np
import pytest

from services.job_settings import RenderRefs, build_job
from services.job_settings.render_outputs import render_outputs
from services.media.probe_media import probe_media
from services.overlays import draw_overlays
from services.production_config import (
    AudioConfig,
    AudioMode,
    Caption,
    CaptionMode,
    KeptRange,
    LowerThird,
    Music,
    OutputsConfig,
    ProductionConfig,
    TitlePage,
    Trim,
)
from tests.embedded.mediaconvert.conftest import BUCKET
from tests.media import SMALL, SOUND, lavfi, run_ffmpeg
from tests.slow_cases import slow_after

FILE = UUID(int=1)
SECONDS = 4
# A colour and a pitch for each second.
COLORS = ("red", "lime", "blue", "white")
RGB = np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)])
PITCHES = (400, 600, 900, 1400)
CAPTIONS = """WEBVTT

00:00:00.200 --> 00:00:00.800
In red

00:00:02.200 --> 00:00:02.800 line:10%
In <i>blue</i>
"""


@pytest.fixture(scope="module")
def told_seconds(tmp_path_factory):
    """A clip of four seconds, each told from the others by eye and ear."""
    path = tmp_path_factory.mktemp("sources") / "seconds.mp4"
    pictures = "".join(
        f"color={color}:size=320x180:rate=25:duration=1[v{n}];" for n, color in enumerate(COLORS)
    )
    sounds = "".join(
        f"sine=frequency={pitch}:sample_rate=48000:duration=1[a{n}];" for n, pitch in enumerate(PITCHES)
    )
    joined = "".join(f"[v{n}][a{n}]" for n in range(SECONDS)) + f"concat=n={SECONDS}:v=1:a=1[v][a]"
    graph = ("-filter_complex", pictures + sounds + joined, "-map", "[v]", "-map", "[a]")
    return run_ffmpeg(path, *graph, *SMALL, *SOUND)


@pytest.fixture
def render(mediaconvert, s3, events):
    async def render(config, source, assets=None):
        """Every file of the render of a config, by its name below the output prefix."""
        folder = f"t/o/p/p/r/{uuid4()}"
        media = await asyncio.to_thread(probe_media, str(source))
        overlays = await asyncio.to_thread(draw_overlays, config, media)
        files = {overlay.name: overlay.png for overlay in overlays} | (assets or {})
        for name, body in files.items():
            await s3.put_object(Bucket=BUCKET, Key=f"{folder}/assets/{name}", Body=body)
        await s3.put_object(Bucket=BUCKET, Key=f"{folder}/{source.name}", Body=source.read_bytes())
        refs = RenderRefs(
            f"s3://{BUCKET}/{folder}/{source.name}",
            f"s3://{BUCKET}/{folder}",
            FILE,
            uuid4(),
            1,
            "arn:aws:iam::111122223333:role/r",
            None,
        )
        job = build_job(config=config, media=media, render=refs, overlays=overlays)
        created = await mediaconvert.create_job(**job)
        ended = await events.ended(created["Job"]["Id"])
        assert ended["status"] == "COMPLETE", ended
        listed = await s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{folder}/")
        made = {}
        for item in listed["Contents"]:
            answer = await s3.get_object(Bucket=BUCKET, Key=item["Key"])
            made[item["Key"].removeprefix(f"{folder}/")] = await answer["Body"].read()
        promised = {output.key.removeprefix(f"{folder}/") for output in render_outputs(job)}
        assert promised <= set(made)
        return made

    return render


def pictures(media):
    with av.open(io.BytesIO(media)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def samples(media):
    """Of the left and the right side, at 48 kHz."""
    with av.open(io.BytesIO(media)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


def seconds_seen(media, every=25):
    """Which second of the source stands in the middle of each second."""
    middles = pictures(media)[every // 2 :: every]
    return [
        int(np.abs(RGB - frame[20:60, 40:280].mean(axis=(0, 1))).sum(axis=1).argmin()) for frame in middles
    ]


def pitches_heard(media):
    """The strongest pitch of each whole second, in Hz."""
    left = samples(media)[0]
    wholes = [left[start : start + 48_000] for start in range(0, len(left) - 40_000, 48_000)]
    heard = []
    for whole in wholes:
        middle = whole[12_000:36_000]
        spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
        heard.append(round(int(spectrum.argmax()) * 48_000 / len(middle)))
    return heard


def decibels(media, side=0):
    """Root mean square of one side, away from its ends."""
    middle = samples(media)[side][24_000:-24_000]
    return 20 * np.log10(max(1e-6, float(np.sqrt(np.mean(np.square(middle))))))


def cues(playlist, made):
    """Every cue of a track, once, with its times in ms of the programme."""
    found = {}
    for name in re.findall(r"^[^#\n].*\.vtt$", playlist, re.MULTILINE):
        text = made[f"hls/{name}"].decode()
        for start, end, line in re.findall(r"([\d:.]+) --> ([\d:.]+)[^\n]*\n([^\n]+)", text):
            found[(_ms(start), _ms(end), line)] = None
    return list(found)


def _ms(time):
    hours, minutes, seconds = time.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)


OUT_OF_ORDER = Trim((KeptRange(2000, 3000), KeptRange(0, 1000), KeptRange(2000)))


async def test_parts_in_any_order_with_their_sound_captions_and_texts(render, told_seconds):
    config = ProductionConfig(
        TitlePage("Seconds", duration_ms=1000),
        (LowerThird("Blue", 2100, 2900, fade_in_ms=0, fade_out_ms=0),),
        trim=OUT_OF_ORDER,
        captions=(Caption(FILE), Caption(FILE, "pt-BR", is_default=True)),
        outputs=OutputsConfig(mp4=True, audio=True),
    )
    vtt = CAPTIONS.encode()
    made = await render(config, told_seconds, {"captions-1.vtt": vtt, "captions-2.vtt": vtt})
    movie = made["mp4/video_180.mp4"]
    assert len(pictures(movie)) == 125
    assert seconds_seen(movie)[1:] == [2, 0, 2, 3]
    assert [abs(samples(movie)[0][:40_000]).max() < 0.001, *pitches_heard(movie)[1:]] == [
        True,
        *(pytest.approx(PITCHES[second], abs=5) for second in (2, 0, 2, 3)),
    ]
    assert pitches_heard(made["audio/sound.m4a"])[1:] == pitches_heard(movie)[1:]
    master = made["hls/index.m3u8"].decode()
    tracks = [line for line in master.splitlines() if "TYPE=SUBTITLES" in line]
    assert ["index_captions_2.m3u8" in tracks[0], "index_captions_1.m3u8" in tracks[1]] == [True, True]
    assert 'NAME="Portuguese (BR)"' in tracks[0]
    assert 'LANGUAGE="pt-br"' in tracks[0].replace("BR", "br")
    for number in (1, 2):
        assert cues(made[f"hls/index_captions_{number}.m3u8"].decode(), made) == [
            (1200, 1800, "In <i>blue</i>"),
            (2200, 2800, "In red"),
            (3200, 3800, "In <i>blue</i>"),
        ]
    corners = [frame[100:, :160].astype(int) for frame in pictures(movie)[12::25]]
    has_text = [bool(np.ptp(corner, axis=(0, 1)).max() > 100) for corner in corners]
    assert has_text[1:] == [True, False, True, False]


@pytest.mark.parametrize(
    ("layout", "gain_db", "sides"),
    slow_after(
        1,
        [
            ("mono", -6.0, (-6.0, -6.0)),
            ("stereo", -7.5, (-7.5, -7.5)),
            # Only the centre sounds: 3 dB down on both sides, and then the gain.
            ("5.1", 3.0, (0.0, 0.0)),
        ],
    ),
)
async def test_gain(render, tmp_path, layout, gain_db, sides):
    tone = "sine=frequency=440:sample_rate=48000:duration=2,aformat=channel_layouts=mono"
    spread = {"mono": "anull", "stereo": "pan=stereo|c0=c0|c1=c0", "5.1": "pan=5.1|FC=c0"}[layout]
    source = run_ffmpeg(
        tmp_path / "tone.mp4",
        *lavfi("color=gray:size=64x64:rate=25:duration=2"),
        *lavfi(f"{tone},{spread}"),
        *SMALL,
        *("-c:a", "aac", "-b:a", "256k"),
    )
    outputs = OutputsConfig(mp4=True)
    made = await render(ProductionConfig(audio=AudioConfig(gain_db=gain_db), outputs=outputs), source)
    # ffmpeg's sine is an eighth of full scale.
    reference = 20 * np.log10(0.125 / np.sqrt(2))
    found = [decibels(made["mp4/video_64.mp4"], side) - reference for side in (0, 1)]
    assert found == pytest.approx(sides, abs=0.3)


@pytest.mark.parametrize("mode", slow_after(1, [AudioMode.KEEP, AudioMode.MUTE]))
async def test_a_mix_is_heard_under_every_input(render, told_seconds, tmp_path, mode):
    """The upload's own sound is in our file, if it is to be heard."""
    mixes = {
        name: run_ffmpeg(tmp_path / name, *lavfi(f"sine=frequency={pitch}:sample_rate=48000:duration=5"))
        for name, pitch in (("title-sound.flac", 300), ("sound-1.flac", 500), ("sound-2.flac", 700))
    }
    config = ProductionConfig(
        TitlePage("Seconds", duration_ms=1000),
        audio=AudioConfig(mode, music=Music(FILE)),
        trim=Trim((KeptRange(2000, 3000), KeptRange(0, 1000))),
        outputs=OutputsConfig(mp4=True),
    )
    made = await render(config, told_seconds, {name: path.read_bytes() for name, path in mixes.items()})
    movie = made["mp4/video_180.mp4"]
    assert seconds_seen(movie)[1:] == [2, 0]
    assert pitches_heard(movie) == [pytest.approx(pitch, abs=5) for pitch in (300, 500, 700)]


@pytest.mark.slow
async def test_burnt_in_captions_are_in_the_picture(render, told_seconds):
    burned = Caption(FILE, mode=CaptionMode.BURN_IN)
    outputs = OutputsConfig(mp4=True)
    plain = ProductionConfig(outputs=outputs)
    drawn = replace(plain, captions=(burned,))
    without = await render(plain, told_seconds)
    with_captions = await render(drawn, told_seconds, {"captions-1.vtt": CAPTIONS.encode()})
    pairs = zip(
        pictures(without["mp4/video_180.mp4"]), pictures(with_captions["mp4/video_180.mp4"]), strict=True
    )
    changed = [float(np.abs(one.astype(int) - other).max()) > 100 for one, other in pairs]
    shown = [index for index, is_changed in enumerate(changed) if is_changed]
    assert shown == [*range(5, 20), *range(55, 70)]


async def test_a_turned_picture_in_matroska_stands_upright(render, tmp_path):
    stored = run_ffmpeg(
        tmp_path / "stored.mp4",
        *lavfi("color=blue:size=320x180:rate=25:duration=1,drawbox=x=0:y=90:w=160:h=90:color=red:t=fill"),
        *SMALL,
    )
    source = run_ffmpeg(tmp_path / "turned.mkv", "-display_rotation", "-90", "-i", str(stored), "-c", "copy")
    made = await render(ProductionConfig(outputs=OutputsConfig(mp4=True)), source)
    frame = pictures(made["mp4/video_180.mp4"])[10]
    assert frame.shape == (320, 180, 3)
    assert frame[40, 40, 0] > 200 > 100 > frame[280, 140, 0]
