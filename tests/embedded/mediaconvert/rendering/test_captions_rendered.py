"""Captions beside the picture and in it: moved with the pieces of their input, drawn in every script."""

import re

import pytest

from tests.embedded.mediaconvert.rendering.playlists import first_pts, lines_of
from tests.embedded.mediaconvert.rendering.studio import (
    file_input,
    generator,
    hls_group,
    mp4_job,
    pictures,
    rung,
)
from tests.media import clip
from tests.slow_cases import slow_after

VTT = """WEBVTT

STYLE
::cue(.loud) { color: red }

00:00.500 --> 00:01.000 line:10% align:start
<v Ann>Before <i>the</i> cut &amp; after</v>

00:01.500 --> 00:03.500
Over the <c.loud>cut</c>

00:03.700 --> 00:09.000
To the end
"""
SRT = '1\r\n00:00:01,000 --> 00:00:02,000\r\n<font color="red">Zwei</font> {\\an8}<b>Wörter</b>\r\n'


@pytest.fixture
async def source(studio):
    return await studio.put("source.mp4", clip(studio.folder / "source.mp4", seconds=4))


def captions(selector, language, name, **settings):
    destination = {"DestinationType": "WEBVTT", "WebvttDestinationSettings": settings}
    return {
        "NameModifier": f"_{name}",
        "ContainerSettings": {"Container": "M3U8"},
        "CaptionDescriptions": [
            {
                "CaptionSelectorName": selector,
                "LanguageCode": language,
                "LanguageDescription": name.title(),
                "DestinationSettings": destination,
            }
        ],
    }


def selector(uri, kind="WEBVTT", **file):
    return {"SourceSettings": {"SourceType": kind, "FileSourceSettings": {"SourceFile": uri} | file}}


async def test_captions_move_with_the_pieces_of_their_input(studio, source):
    """A title of 1 s, then 1 to 2 s, then 3 to 4 s of the source."""
    english, german = (
        await studio.put("en.vtt", VTT.encode()),
        await studio.put("de.srt", SRT.encode("cp1252")),
    )
    clips = [
        {"StartTimecode": "00:00:01:00", "EndTimecode": "00:00:01:29"},
        {"StartTimecode": "00:00:03:00", "EndTimecode": "00:00:03:29"},
    ]
    selectors = {
        "English": selector(english),
        "German": selector(german, "SRT", TimeDelta=500, TimeDeltaUnits="MILLISECONDS"),
    }
    request = mp4_job(
        studio, generator(1000), file_input(source, CaptionSelectors=selectors, InputClippings=clips)
    )
    request["Settings"]["OutputGroups"] = [
        hls_group(
            studio.destination("hls/index"),
            rung("_180", (320, 180)),
            captions("English", "ENG", "english"),
            captions("German", "DEU", "deutsch"),
            CaptionSegmentLengthControl="MATCH_VIDEO",
        )
    ]
    rendered = await studio.render(request)
    master = rendered.text("hls/index.m3u8")
    expected = {"TYPE": "SUBTITLES", "GROUP-ID": "subs", "FORCED": "NO", "AUTOSELECT": "YES"}
    assert lines_of(master, "MEDIA") == [
        expected | {"NAME": "English", "LANGUAGE": "eng", "DEFAULT": "YES", "URI": "index_english.m3u8"},
        expected | {"NAME": "Deutsch", "LANGUAGE": "deu", "DEFAULT": "NO", "URI": "index_deutsch.m3u8"},
    ]
    assert [stream["SUBTITLES"] for stream in lines_of(master, "STREAM-INF")] == ["subs"]
    start = first_pts(rendered.files["hls/index_180_00001.ts"], "video")
    head = f"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{start},LOCAL:00:00:00.000\n"
    over = "\n00:00:01.500 --> 00:00:02.000\nOver the cut\n\n00:00:02.000 --> 00:00:02.500\nOver the cut\n"
    assert rendered.text("hls/index_english_00001.vtt") == head + over.rpartition("\n\n")[0] + "\n"
    assert rendered.text("hls/index_english_00002.vtt") == (
        head
        + "\n00:00:02.000 --> 00:00:02.500\nOver the cut\n"
        + "\n00:00:02.700 --> 00:00:03.000\nTo the end\n"
    )
    assert rendered.text("hls/index_deutsch_00001.vtt") == (
        head + "\n00:00:01.500 --> 00:00:02.000\nZwei <b>Wörter</b>\n"
    )
    video, track = rendered.text("hls/index_180.m3u8"), rendered.text("hls/index_english.m3u8")
    lengths = [re.findall(r"#EXTINF:([\d.]+),", playlist) for playlist in (video, track)]
    assert lengths == [["2.000000", "1.000000"]] * 2


async def test_styles_of_captions_pass_when_asked(studio, source):
    uri = await studio.put("en.vtt", VTT.encode())
    request = mp4_job(studio, file_input(source, CaptionSelectors={"English": selector(uri)}))
    request["Settings"]["OutputGroups"] = [
        hls_group(
            studio.destination("hls/index"),
            rung("_180", (320, 180)),
            captions("English", "ENG", "plain"),
            captions("English", "ENG", "styled", StylePassthrough="ENABLED"),
        )
    ]
    rendered = await studio.render(request)
    plain, styled = (rendered.text(f"hls/index_{name}_00001.vtt") for name in ("plain", "styled"))
    assert "00:00:00.500 --> 00:00:01.000\nBefore <i>the</i> cut &amp; after\n" in plain
    assert (
        "00:00:00.500 --> 00:00:01.000 line:10% align:start\n<v Ann>Before <i>the</i> cut &amp; after</v>\n"
        in styled
    )


def burnt(selector, **style):
    destination = {"DestinationType": "BURN_IN", "BurninDestinationSettings": style}
    return [{"CaptionSelectorName": selector, "DestinationSettings": destination}]


SCRIPTS = {
    "Arabic": "مرحبا بالعالم",
    "Latin": "Größe, señor",
    "Cyrillic": "Привет мир",
    "Greek": "Γειά σου",
    "Hebrew": "שלום עולם",
    "Devanagari": "नमस्ते दुनिया",
    "Bengali": "ওহে বিশ্ব",
    "Tamil": "வணக்கம்",
    "Thai": "สวัสดีชาวโลก",
    "Japanese": "こんにちは世界",
    "Chinese": "你好，世界",
    "Korean": "안녕하세요",
    "Georgian": "გამარჯობა",
    "Amharic": "ሰላም ልዑል",
}


@pytest.mark.parametrize("script", slow_after(1, SCRIPTS))
async def test_every_script_is_drawn(studio, script):
    """Its letters differ from as many boxes, which is what a font without them draws."""
    black = ("-f", "lavfi", "-i", "color=black:s=640x360:r=30:d=1", "-c:v", "libx264", "-pix_fmt", "yuv420p")
    uri = await studio.made("black.mp4", *black)
    boxes = "".join(" " if letter == " " else "\U000f0000" for letter in SCRIPTS[script])
    shown = {}
    for name, text in {"letters": SCRIPTS[script], "boxes": boxes}.items():
        track = await studio.put(f"{name}.vtt", f"WEBVTT\n\n00:00.200 --> 00:00.700\n{text}\n".encode())
        request = mp4_job(studio, file_input(uri, CaptionSelectors={"C": selector(track)}), size=(640, 360))
        output = request["Settings"]["OutputGroups"][0]["Outputs"][0]
        output["CaptionDescriptions"] = burnt("C", FontSize=40)
        shown[name] = pictures((await studio.render(request)).files["video.mp4"])
    lit = [bool((picture[..., 1] > 128).any()) for picture in shown["letters"]]
    assert lit == [6 <= index < 21 for index in range(30)]
    letters, missing = (shown[name][10][..., 1] > 128 for name in ("letters", "boxes"))
    assert (letters ^ missing).sum() > 0.4 * missing.sum()


async def test_burnt_in_style_and_place(studio):
    black = ("-f", "lavfi", "-i", "color=gray:s=640x360:r=30:d=1", "-c:v", "libx264", "-pix_fmt", "yuv420p")
    uri = await studio.made("grey.mp4", *black)
    track = await studio.put("c.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nMMMM\n")
    request = mp4_job(studio, file_input(uri, CaptionSelectors={"C": selector(track)}), size=(640, 360))
    output = request["Settings"]["OutputGroups"][0]["Outputs"][0]
    output["CaptionDescriptions"] = burnt(
        "C",
        FontColor="YELLOW",
        FontSize=80,
        OutlineColor="BLACK",
        OutlineSize=2,
        Alignment="LEFT",
        XPosition=20,
        YPosition=30,
    )
    picture = pictures((await studio.render(request)).files["video.mp4"])[5].astype(int)
    yellow = (picture[..., 0] > 200) & (picture[..., 1] > 200) & (picture[..., 2] < 90)
    rows, columns = yellow.any(axis=1).nonzero()[0], yellow.any(axis=0).nonzero()[0]
    assert 20 <= columns[0] <= 34
    assert 30 <= rows[0] <= 90
    # A capital is 0.714 em high in Noto Sans.
    assert rows[-1] - rows[0] == pytest.approx(80 * 0.714, abs=4)
    assert (picture.max(axis=2) < 40).any()
