"""The eight example jobs of the reference, which AWS takes: accepted word for word, and rendered.

They lie beside this file as they are; to render them, their sizes are made small.
"""

import io
import json
import re
from copy import deepcopy
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from embedded.mediaconvert.service_model import read_request, write_answer
from embedded.mediaconvert.service_rules import check_service_rules
from embedded.mediaconvert.understood import refuse_what_is_not_understood
from tests.embedded.mediaconvert.rendering.playlists import lines_of
from tests.embedded.mediaconvert.rendering.studio import level_of, pictures, samples
from tests.loudness import integrated_loudness
from tests.media import clip, run_ffmpeg

EXAMPLES = Path(__file__).parent / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json"))
SMALLER = Fraction(1, 6)
SIZES = ("Width", "Height", "ImageX", "ImageY")
SECONDS = 20
VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\nHello\n\n00:19.500 --> 00:30.000\nThe end\n"


def example(name):
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def smaller(value):
    if isinstance(value, list):
        return [smaller(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: round(item * SMALLER / 2) * 2 if name in SIZES else smaller(item)
        for name, item in value.items()
    }


def moved(value, addresses, prefix):
    """With the places of this test's storage."""
    if isinstance(value, list):
        return [moved(item, addresses, prefix) for item in value]
    if isinstance(value, dict):
        return {name: moved(item, addresses, prefix) for name, item in value.items()}
    if isinstance(value, str) and value.startswith("s3://"):
        name = value.rpartition("/")[2]
        return addresses.get(name) or f"{prefix}{value.partition('/attempt/')[2] or value[-40:]}"
    return value


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """20 s of the test picture, upright and across, and 12 s of music."""
    folder = tmp_path_factory.mktemp("examples")
    tone = ("-f", "lavfi", "-i", "aevalsrc='0.1*sin(2*PI*1000*t)|0.1*sin(2*PI*1000*t)':c=stereo:s=44100:d=12")
    return {
        "wide": clip(folder / "wide.mp4", seconds=SECONDS),
        "tall": clip(folder / "tall.mp4", seconds=SECONDS, size="180x320"),
        "music": run_ffmpeg(folder / "music.m4a", *tone, "-c:a", "aac", "-b:a", "128k"),
    }


@pytest.fixture
async def rendered(studio, sources):
    async def render(name):
        tall = "portrait" in name
        colours = {"title": (20, 40, 160, 255), "lt-1": (200, 30, 30, 255), "lt-2": (30, 200, 30, 255)}
        size = (180, 320) if tall else (320, 180)
        addresses = {
            "source.mp4": await studio.put("source.mp4", sources["tall" if tall else "wide"]),
            "music.m4a": await studio.put("music.m4a", sources["music"]),
            "en.vtt": await studio.put("en.vtt", VTT.encode()),
            "lt-1.png": await studio.image("lt-1.png", (150, 30), colours["lt-1"]),
            "lt-2.png": await studio.image("lt-2.png", (150, 30), colours["lt-2"]),
        }
        for title in ("title-1920x1080.png", "title-1080x1920.png"):
            addresses[title] = await studio.image(title, size, colours["title"])
        request = moved(smaller(example(name)), addresses, studio.destination(""))
        return await studio.render(request)

    return render


def test_there_are_eight():
    assert len(NAMES) == 8


@pytest.mark.parametrize("name", NAMES)
def test_they_are_accepted_word_for_word(name):
    request = example(name)
    read = read_request(write_answer(deepcopy(request), "CreateJobRequest"), "CreateJobRequest")
    assert read == request
    check_service_rules(read)
    refuse_what_is_not_understood(read)


def only(files, ending):
    (name,) = (name for name in files if name.endswith(ending))
    return files[name]


def is_blue(picture):
    return bool(np.abs(picture[40, 40].astype(int) - (20, 40, 160)).max() < 12)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
async def test_they_are_rendered(rendered, name):
    job = await rendered(name)
    seconds = 22.0 if "clip" in name else 23.0
    media = only(job.files, "video_1080.mp4")
    shown = pictures(media)
    assert len(shown) == round(seconds * 30)
    assert shown[0].shape == ((320, 180, 3) if "portrait" in name else (180, 320, 3))
    assert [is_blue(shown[index]) for index in (45, 89, 95)] == [
        True,
        name == "variant_title_image_input",
        False,
    ]
    heard = samples(media)
    assert heard.shape[1] / 48_000 == pytest.approx(seconds, abs=0.05)
    if "mute" in name:
        assert float(np.abs(heard).max()) == 0.0
    else:
        assert float(np.abs(heard[:, : 3 * 48_000 - 4_800]).max()) < 0.001
        assert integrated_loudness(media) == pytest.approx(-16, abs=0.5)
    with Image.open(io.BytesIO(only(job.files, "poster_.0000001.jpg"))) as poster:
        assert is_blue(np.asarray(poster))
    master = only(job.files, "index.m3u8").decode()
    heights = [int(stream["RESOLUTION"].partition("x")[2]) for stream in lines_of(master, "STREAM-INF")]
    assert heights == {"variant_portrait": [320, 214, 142], "variant_automated_abr": [180, 120, 80]}.get(
        name, [180, 120, 80]
    )
    for playlist in re.findall(r"^.*_\w+\.m3u8$", master, re.MULTILINE):
        lengths = re.findall(r"#EXTINF:([\d.]+)", only(job.files, playlist).decode())
        assert sum(map(float, lengths)) == pytest.approx(seconds, abs=0.05)


@pytest.mark.slow
async def test_the_music_is_18_db_below(rendered):
    media = only((await rendered("variant_music_bed")).files, "video_1080.mp4")
    part = samples(media)[0][5 * 48_000 : 8 * 48_000]
    assert 20 * np.log10(level_of(part, 1000) / level_of(part, 440)) == pytest.approx(
        20 * np.log10(0.1 / 0.125) - 18 + 3, abs=1
    )


@pytest.mark.slow
async def test_captions_are_beside_and_in_the_picture(rendered):
    job = await rendered("variant_demuxed_audio_captions")
    track = only(job.files, "index_sub_en_00001.vtt").decode()
    assert "00:00:04.000 --> 00:00:06.000\nHello\n" in track
    assert "00:00:22.500 --> 00:00:23.000\nThe end\n" in track
    master = only(job.files, "index.m3u8").decode()
    assert [(media["TYPE"], media["NAME"]) for media in lines_of(master, "MEDIA")] == [
        ("AUDIO", "index_aud"),
        ("SUBTITLES", "English"),
    ]
    with av.open(io.BytesIO(only(job.files, "index_1080_00001.ts"))) as container:
        assert [stream.type for stream in container.streams] == ["video"]
    burnt, plain = (only(files.files, "video_1080.mp4") for files in (job, await rendered("create_job")))
    differences = [
        float((np.abs(one[150:].astype(int) - other[150:]) > 90).mean())
        for one, other in zip(pictures(burnt)[110:200:10], pictures(plain)[110:200:10], strict=True)
    ]
    assert [difference > 0.005 for difference in differences] == [False, *[True] * 6, False, False]
