"""HLS: sound in files of its own, one file a rung, automated ladders; any name in storage."""

import io
import re

import av
import pytest

from tests.embedded.mediaconvert.rendering.playlists import first_pts, lines_of
from tests.embedded.mediaconvert.rendering.studio import (
    audio,
    file_group,
    file_input,
    hls_group,
    mp4_job,
    mp4_output,
    rung,
)
from tests.media import clip
from tests.slow_cases import slow_after


@pytest.fixture
async def source(studio):
    return await studio.put("source.mp4", clip(studio.folder / "source.mp4", seconds=4))


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


@pytest.mark.parametrize("stem", slow_after(1, ["it's [1] 100%:a|b,c", "plain", "späße"]))
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
    slow_after(
        1,
        [
            ({"MaxRenditions": 5}, ["320x180", "214x120", "142x80"]),
            ({}, ["320x180", "214x120", "142x80"]),
        ],
    ),
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
