"""HLS: sound in files of its own, one file a rung, automated ladders, captions beside the picture."""

import io
import re

import av
import pytest

from tests.embedded.mediaconvert.rendering.studio import (
    audio,
    file_group,
    file_input,
    generator,
    hls_group,
    mp4_job,
    mp4_output,
    pictures,
    rung,
)
from tests.media import clip

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


def first_pts(segment, kind):
    with av.open(io.BytesIO(segment)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        return min(packet.pts for packet in container.demux(stream) if packet.pts is not None)


def attributes(line):
    pairs = re.findall(r'([A-Z-]+)=("[^"]*"|[^,]*)', line.partition(":")[2])
    return {name: value.strip('"') for name, value in pairs}


def lines_of(master, tag):
    return [attributes(line) for line in master.splitlines() if line.startswith(f"#EXT-X-{tag}:")]


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


async def test_sound_in_files_of_its_own(studio, source):
    request = mp4_job(studio, file_input(source))
    sets = {"OutputSettings": {"HlsSettings": {"AudioRenditionSets": "program_audio"}}}
    large, small = rung("_180", (320, 180), **sets), rung("_90", (160, 90), **sets)
    del large["AudioDescriptions"], small["AudioDescriptions"]
    alone = {
        "NameModifier": "_eng",
        "ContainerSettings": {"Container": "M3U8"},
        "AudioDescriptions": [audio(LanguageCode="ENG", StreamName="English")],
        "OutputSettings": {
            "HlsSettings": {
                "AudioGroupId": "program_audio",
                "AudioTrackType": "ALTERNATE_AUDIO_AUTO_SELECT_DEFAULT",
            }
        },
    }
    other = {
        "NameModifier": "_quiet",
        "ContainerSettings": {"Container": "M3U8"},
        "AudioDescriptions": [audio(bitrate=64_000)],
        "OutputSettings": {
            "HlsSettings": {
                "AudioGroupId": "program_audio",
                "AudioTrackType": "ALTERNATE_AUDIO_NOT_AUTO_SELECT",
            }
        },
    }
    request["Settings"]["OutputGroups"] = [
        hls_group(studio.destination("hls/index"), large, small, alone, other)
    ]
    rendered = await studio.render(request)
    master = rendered.text("hls/index.m3u8")
    expected = {"TYPE": "AUDIO", "GROUP-ID": "program_audio", "CHANNELS": "2"}
    assert lines_of(master, "MEDIA") == [
        expected
        | {
            "NAME": "English",
            "LANGUAGE": "eng",
            "DEFAULT": "YES",
            "AUTOSELECT": "YES",
            "URI": "index_eng.m3u8",
        },
        expected | {"NAME": "index_quiet", "DEFAULT": "NO", "AUTOSELECT": "NO", "URI": "index_quiet.m3u8"},
    ]
    streams = lines_of(master, "STREAM-INF")
    assert [(s["RESOLUTION"], s["AUDIO"]) for s in streams] == [
        ("320x180", "program_audio"),
        ("160x90", "program_audio"),
    ]
    assert all(s["CODECS"].endswith(",mp4a.40.2") for s in streams)
    with av.open(io.BytesIO(rendered.files["hls/index_180_00001.ts"])) as container:
        assert [stream.type for stream in container.streams] == ["video"]
    # AAC begins with 1024 samples that are not heard: 1920 ticks of the MPEG clock.
    start = first_pts(rendered.files["hls/index_180_00001.ts"], "video")
    assert first_pts(rendered.files["hls/index_90_00001.ts"], "video") == start
    assert first_pts(rendered.files["hls/index_eng_00001.ts"], "audio") == start - 1920
    assert [d["durationInMs"] for d in rendered.details[0]["outputDetails"]] == [4000] * 4
    assert "videoDetails" not in rendered.details[0]["outputDetails"][2]


async def test_one_file_a_rung_with_byte_ranges(studio, source):
    request = mp4_job(studio, file_input(source))
    request["Settings"]["OutputGroups"] = [
        hls_group(
            studio.destination("hls/index"),
            rung("_180", (320, 180)),
            rung("_90", (160, 90)),
            SegmentControl="SINGLE_FILE",
        )
    ]
    files = (await studio.render(request)).files
    assert sorted(files) == [
        *("hls/index.m3u8", "hls/index_180.m3u8", "hls/index_180.ts", "hls/index_90.m3u8", "hls/index_90.ts")
    ]
    playlist = files["hls/index_180.m3u8"].decode()
    ranges = re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\nindex_180.ts", playlist)
    assert len(ranges) == 2
    assert sum(int(size) for size, _ in ranges) == len(files["hls/index_180.ts"])
    for size, start in ranges:
        segment = files["hls/index_180.ts"][int(start) : int(start) + int(size)]
        with av.open(io.BytesIO(segment)) as container:
            assert next(iter(container.demux(video=0))).is_keyframe
    (large, _) = lines_of(files["hls/index.m3u8"].decode(), "STREAM-INF")
    assert int(large["BANDWIDTH"]) >= len(files["hls/index_180.ts"]) * 2


async def test_a_rung_and_an_mp4_alike_are_one_encoding(studio, source):
    request = mp4_job(studio, file_input(source))
    request["Settings"]["OutputGroups"] = [
        hls_group(studio.destination("hls/index"), rung("_180", (320, 180))),
        file_group(studio.destination("video"), mp4_output()),
    ]
    files = (await studio.render(request)).files
    packets = {}
    for name in ("video.mp4", "hls/index_180_00001.ts"):
        with av.open(io.BytesIO(files[name])) as container:
            packets[name] = [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]
    assert packets["video.mp4"][:60] == packets["hls/index_180_00001.ts"]
    assert len(packets["video.mp4"]) == 120


@pytest.mark.parametrize("stem", ["it's [1] 100%:a|b,c", "plain", "späße"])
async def test_any_name_in_storage(studio, source, stem):
    request = mp4_job(studio, file_input(source))
    capture = {"FramerateNumerator": 1, "FramerateDenominator": 2, "MaxCaptures": 2, "Quality": 80}
    still = {
        "NameModifier": "_still",
        "ContainerSettings": {"Container": "RAW"},
        "VideoDescription": {
            "Width": 160,
            "Height": 90,
            "CodecSettings": {"Codec": "FRAME_CAPTURE", "FrameCaptureSettings": capture},
        },
    }
    request["Settings"]["OutputGroups"] = [
        hls_group(studio.destination(f"hls/{stem}"), rung("_180", (320, 180))),
        file_group(studio.destination(f"mp4/{stem}"), mp4_output() | {"NameModifier": "_v"}, still),
    ]
    rendered = await studio.render(request)
    assert sorted(rendered.files) == sorted(
        [
            *(f"hls/{stem}{end}" for end in (".m3u8", "_180.m3u8", "_180_00001.ts", "_180_00002.ts")),
            *(f"mp4/{stem}{end}" for end in ("_v.mp4", "_still.0000000.jpg", "_still.0000001.jpg")),
        ]
    )
    assert f"{stem}_180_00001.ts" in rendered.text(f"hls/{stem}_180.m3u8").splitlines()


@pytest.mark.parametrize(
    ("settings", "sizes"),
    [
        ({"MaxRenditions": 5}, ["320x180", "214x120", "142x80"]),
        ({}, ["320x180", "214x120", "142x80"]),
    ],
)
async def test_an_automated_ladder_ends_at_the_source(studio, source, settings, sizes):
    request = mp4_job(studio, file_input(source))
    one = rung("_abr", (320, 180))
    video = one["VideoDescription"]
    del video["Width"], video["Height"]
    h264 = video["CodecSettings"]["H264Settings"]
    del h264["MaxBitrate"], h264["QvbrSettings"]
    h264["QualityTuningLevel"] = "MULTI_PASS_HQ"
    group = hls_group(studio.destination("hls/index"), one)
    group["AutomatedEncodingSettings"] = {"AbrSettings": settings}
    request["Settings"]["OutputGroups"] = [group]
    rendered = await studio.render(request)
    streams = lines_of(rendered.text("hls/index.m3u8"), "STREAM-INF")
    assert [stream["RESOLUTION"] for stream in streams] == sizes
    rates = [int(stream["AVERAGE-BANDWIDTH"]) for stream in streams]
    assert rates == sorted(rates, reverse=True)
    assert [d["videoDetails"]["heightInPx"] for d in rendered.details[0]["outputDetails"]] == [180, 120, 80]
    assert "hls/index_abr_3_00002.ts" in rendered.files


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
    "Latin": "Größe, señor",
    "Cyrillic": "Привет мир",
    "Greek": "Γειά σου",
    "Hebrew": "שלום עולם",
    "Arabic": "مرحبا بالعالم",
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


@pytest.mark.parametrize("script", SCRIPTS)
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
