"""What is rendered, frame by frame and sample by sample."""

import io

import av
import numpy as np
import pytest

from tests.embedded.mediaconvert.conftest import BUCKET, job_request
from tests.media import rotated_clip
from tests.slow_cases import slow_after


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


@pytest.mark.parametrize("clockwise", slow_after(1, [90, 180, 270]))
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
