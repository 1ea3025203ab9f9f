"""A sound that ends before or after its picture is warned of, in events and in GetJob."""

import pytest

from tests.embedded.mediaconvert.conftest import BUCKET, job_request
from tests.embedded.mediaconvert.job_steps import create
from tests.media import SMALL, lavfi, run_ffmpeg

PADDED = (240000, "Input 1: 500 ms of silence added after its sound.")
CUT = (240001, "Input 1: 750 ms of sound dropped after its picture.")


@pytest.mark.parametrize(
    ("sound_seconds", "clips", "expected"),
    [
        (1.5, [], PADDED),
        (2.75, [], CUT),
        (2.05, [], None),
        (1.95, [], None),
        # What a clip leaves out is left out on purpose.
        (2.75, [{"EndTimecode": "00:00:01:00"}], None),
        (1.5, [{"EndTimecode": "00:00:01:00"}], None),
    ],
)
async def test_a_sound_of_another_length(mediaconvert, s3, events, tmp_path, sound_seconds, clips, expected):
    picture = lavfi("testsrc2=size=320x180:rate=30:duration=2")
    sound = lavfi(f"sine=frequency=440:sample_rate=48000:duration={sound_seconds}")
    path = run_ffmpeg(tmp_path / "uneven.mov", *picture, *sound, *SMALL, "-c:a", "pcm_s16le")
    await s3.put_object(Bucket=BUCKET, Key="in/uneven.mov", Body=path.read_bytes())
    request = job_request("s3://media/in/uneven.mov", f"uneven{sound_seconds}-{len(clips)}")
    if clips:
        request["Settings"]["Inputs"][0]["InputClippings"] = clips
    job_id = await create(mediaconvert, request)
    ended = await events.ended(job_id)
    job = (await mediaconvert.get_job(Id=job_id))["Job"]
    told = [each for each in events.of(job_id) if each["status"] == "NEW_WARNING"]
    codes, messages = ([expected[0]], [expected[1]]) if expected else ([], [])
    assert [(each["warningCode"], each["warningMessage"]) for each in told] == [
        (str(code), message) for code, message in zip(codes, messages, strict=True)
    ]
    assert ended["status"] == "COMPLETE"
    assert ended.get("warnings", []) == [{"code": code, "count": 1} for code in codes]
    assert job["Messages"] == {"Info": [], "Warning": messages}
    assert job.get("Warnings", []) == [{"Code": code, "Count": 1} for code in codes]
