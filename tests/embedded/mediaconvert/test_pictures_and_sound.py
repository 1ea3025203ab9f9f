"""What is rendered, frame by frame and sample by sample."""

import io
import itertools

import av
import numpy as np
import pytest
from PIL import Image

from tests.embedded.mediaconvert.conftest import BUCKET, job_request
from tests.loudness import integrated_loudness
from tests.media import clip, rotated_clip


async def rendered(mediaconvert, s3, events, request, folder):
    made = (await mediaconvert.create_job(**request))["Job"]["Id"]
    ended = await events.ended(made)
    assert ended["status"] == "COMPLETE", ended
    answer = await s3.get_object(Bucket=BUCKET, Key=f"out/{folder}/video_180.mp4")
    return await answer["Body"].read()


def pictures(media):
    with av.open(io.BytesIO(media)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def samples(media):
    """Stereo samples at 48 kHz."""
    with av.open(io.BytesIO(media)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


async def red_square(s3, size=40):
    image = io.BytesIO()
    Image.new("RGBA", (size, size), (255, 0, 0, 255)).save(image, "PNG")
    await s3.put_object(Bucket=BUCKET, Key="in/red.png", Body=image.getvalue())
    return "s3://media/in/red.png"


def overlay(uri, **values):
    return {
        "ImageInserterInput": uri,
        "StartTime": "00:00:00:15",
        "Duration": 500,
        "ImageX": 100,
        "ImageY": 60,
        "Layer": 1,
        "Opacity": 100,
    } | values


def redness(picture):
    area = picture[70:90, 110:130].astype(int)
    return float((area[..., 0] - area[..., 1:].max(axis=2)).mean())


async def test_an_overlay_is_there_from_its_first_frame_to_its_last(mediaconvert, s3, source, events):
    request = job_request(source, "overlay")
    image = overlay(await red_square(s3))
    request["Settings"]["Inputs"][0]["ImageInserter"] = {"InsertableImages": [image]}
    shown = [redness(p) > 120 for p in pictures(await rendered(mediaconvert, s3, events, request, "overlay"))]
    assert len(shown) == 60
    assert [index for index, is_red in enumerate(shown) if is_red] == list(range(15, 30))


async def test_fades_grow_and_shrink(mediaconvert, s3, source, events):
    request = job_request(source, "fades")
    image = overlay(await red_square(s3), Duration=700, FadeIn=300, FadeOut=300)
    request["Settings"]["Inputs"][0]["ImageInserter"] = {"InsertableImages": [image]}
    levels = [redness(p) for p in pictures(await rendered(mediaconvert, s3, events, request, "fades"))]
    rising, falling = levels[16:24], levels[37:44]
    assert all(a < b + 8 for a, b in itertools.pairwise(rising))
    assert all(a > b - 8 for a, b in itertools.pairwise(falling))
    assert max(levels[25:35]) > 150


async def test_a_clip_keeps_its_last_frame_and_moves_no_overlay(mediaconvert, s3, source, events):
    request = job_request(source, "clip")
    request["Settings"]["Inputs"][0] |= {
        "InputClippings": [{"StartTimecode": "00:00:00:10", "EndTimecode": "00:00:00:39"}],
        "ImageInserter": {"InsertableImages": [overlay(await red_square(s3))]},
    }
    shown = [redness(p) > 120 for p in pictures(await rendered(mediaconvert, s3, events, request, "clip"))]
    assert len(shown) == 30
    assert [index for index, is_red in enumerate(shown) if is_red] == list(range(5, 20))


async def test_a_title_is_black_and_silent_and_the_sound_follows(mediaconvert, s3, source, events):
    request = job_request(source, "title")
    generator = {"Duration": 1000, "Width": 320, "Height": 180, "FramerateNumerator": 30}
    title = {
        "VideoGenerator": generator | {"FramerateDenominator": 1},
        "TimecodeSource": "ZEROBASED",
        "AudioSelectors": {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}},
    }
    request["Settings"] |= {"FollowSource": 2, "Inputs": [title, *request["Settings"]["Inputs"]]}
    media = await rendered(mediaconvert, s3, events, request, "title")
    shown = pictures(media)
    assert len(shown) == 90
    assert [bool(p.mean() < 4) for p in shown[:31]] == [True] * 30 + [False]
    sound = np.abs(samples(media)).max(axis=0)
    first_heard = int(np.argmax(sound > 0.01)) / 48_000
    assert first_heard == pytest.approx(1.0, abs=0.04)
    assert sound.size / 48_000 == pytest.approx(3.0, abs=0.05)


async def test_a_missing_selector_mutes(mediaconvert, s3, source, events):
    request = job_request(source, "mute")
    request["Settings"]["Inputs"][0]["AudioSelectors"]["Audio Selector 1"] = {
        "DefaultSelection": "NOT_DEFAULT"
    }
    audio = request["Settings"]["OutputGroups"][0]["Outputs"][0]["AudioDescriptions"][0]
    audio["AudioSourceName"] = "Silence"
    media = await rendered(mediaconvert, s3, events, request, "mute")
    assert float(np.abs(samples(media)).max()) == 0.0


@pytest.mark.parametrize("target", [-16.0, -24.0, -30.0])
async def test_loudness_reaches_its_target(mediaconvert, s3, source, events, target):
    folder = f"loud{-target:.0f}"
    request = job_request(source, folder)
    audio = request["Settings"]["OutputGroups"][0]["Outputs"][0]["AudioDescriptions"][0]
    audio["AudioNormalizationSettings"] = {
        "Algorithm": "ITU_BS_1770_4",
        "AlgorithmControl": "CORRECT_AUDIO",
        "TargetLkfs": target,
        "TruePeakLimiterThreshold": -1.5,
    }
    media = await rendered(mediaconvert, s3, events, request, folder)
    assert integrated_loudness(media) == pytest.approx(target, abs=0.5)


@pytest.mark.parametrize("clockwise", [90, 180, 270])
async def test_a_turned_picture_comes_out_upright(mediaconvert, s3, events, tmp_path, clockwise):
    path = rotated_clip(tmp_path / "turned.mp4", clockwise)
    await s3.put_object(Bucket=BUCKET, Key=f"in/turned{clockwise}.mp4", Body=path.read_bytes())
    folder = f"turned{clockwise}"
    request = job_request(f"s3://media/in/turned{clockwise}.mp4", folder)
    size = (180, 320) if clockwise in (90, 270) else (320, 180)
    request["Settings"]["OutputGroups"][0]["Outputs"][0]["VideoDescription"] |= {
        "Width": size[0],
        "Height": size[1],
    }
    picture = pictures(await rendered(mediaconvert, s3, events, request, folder))[5]
    assert picture.shape == (size[1], size[0], 3)
    top_left, bottom_right = picture[20:40, 20:40], picture[-40:-20, -40:-20]
    assert top_left[..., 0].mean() > 180 > bottom_right[..., 0].mean()


async def test_keyframes_and_segments_are_aligned_across_rungs(mediaconvert, s3, events, tmp_path):
    path = clip(tmp_path / "long.mp4", seconds=9)
    await s3.put_object(Bucket=BUCKET, Key="in/long.mp4", Body=path.read_bytes())
    request = job_request("s3://media/in/long.mp4", "ladder")
    group = request["Settings"]["OutputGroups"][0]
    large = group["Outputs"][0] | {"ContainerSettings": {"Container": "M3U8"}}
    del large["Extension"]
    small = large | {
        "NameModifier": "_90",
        "VideoDescription": large["VideoDescription"] | {"Width": 160, "Height": 90},
    }
    group["OutputGroupSettings"] = {
        "Type": "HLS_GROUP_SETTINGS",
        "HlsGroupSettings": {
            "Destination": "s3://media/out/ladder/index",
            "SegmentLength": 6,
            "MinSegmentLength": 0,
            "SegmentControl": "SEGMENTED_FILES",
        },
    }
    group["Outputs"] = [large, small]
    made = (await mediaconvert.create_job(**request))["Job"]["Id"]
    assert (await events.ended(made))["status"] == "COMPLETE"
    cuts = {}
    for rung in ("180", "90"):
        keyframes = []
        for number in (1, 2):
            key = f"out/ladder/index_{rung}_{number:05}.ts"
            body = await (await s3.get_object(Bucket=BUCKET, Key=key))["Body"].read()
            with av.open(io.BytesIO(body)) as container:
                keyframes.append([p.pts for p in container.demux(video=0) if p.is_keyframe])
        cuts[rung] = keyframes
    assert cuts["180"] == cuts["90"]
    assert [len(keyframes) for keyframes in cuts["180"]] == [3, 2]
    master = await (await s3.get_object(Bucket=BUCKET, Key="out/ladder/index.m3u8"))["Body"].read()
    lines = master.decode().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["index_180.m3u8", "index_90.m3u8"]
    assert "RESOLUTION=320x180,FRAME-RATE=30.000" in lines[3]
    assert 'CODECS="avc1.4d' in lines[3]
