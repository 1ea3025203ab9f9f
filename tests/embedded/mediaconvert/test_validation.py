"""What is refused, and how: a 400 that names each JSON pointer."""

import json
from copy import deepcopy
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from embedded.mediaconvert.service_model import Invalid, read_request, write_answer
from embedded.mediaconvert.service_rules import check_service_rules
from embedded.mediaconvert.understood import refuse_what_is_not_understood
from tests.embedded.mediaconvert.conftest import job_request
from tests.embedded.mediaconvert.job_requests import with_ladder

GOLDEN = Path(__file__).parents[2] / "services" / "job_settings" / "golden"
INPUT = ("Settings", "Inputs", 0)
OUTPUT = ("Settings", "OutputGroups", 0, "Outputs", 0)
H264 = (*OUTPUT, "VideoDescription", "CodecSettings", "H264Settings")
AAC = (*OUTPUT, "AudioDescriptions", 0, "CodecSettings", "AacSettings")
WIRE_H264 = "/settings/outputGroups/0/outputs/0/videoDescription/codecSettings/h264Settings"
WIRE_AAC = "/settings/outputGroups/0/outputs/0/audioDescriptions/0/codecSettings/aacSettings"


def changed(path, value):
    request = deepcopy(job_request("s3://media/in/source.mp4", "x"))
    place = request
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return request


def problems(request):
    with pytest.raises(Invalid) as refused:
        accepted(request)
    return str(refused.value)


def accepted(request):
    read = read_request(write_answer(request, "CreateJobRequest"), "CreateJobRequest")
    check_service_rules(read)
    refuse_what_is_not_understood(read)
    return read


def test_a_request_comes_through_unchanged():
    request = job_request("s3://media/in/source.mp4", "x")
    assert accepted(request) == request


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_every_job_of_ours_is_accepted(path):
    request = json.loads(path.read_text())
    assert accepted(request) == request


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("Role",), None, ": role is a required property"),
        ((*H264, "RateControlMode"), "BEST", f"{WIRE_H264}/rateControlMode: should be one of VBR, CBR, QVBR"),
        ((*H264, "MaxBitrate"), 10, f"{WIRE_H264}/maxBitrate: should be at least 1000"),
        ((*H264, "MaxBitrate"), "much", f"{WIRE_H264}/maxBitrate: should be of type integer"),
        ((*H264, "MaxBitrate"), None, f"{WIRE_H264}: maxBitrate is a required property"),
        ((*H264, "Softness"), 50, f"{WIRE_H264}/softness: 50 cannot be rendered on this machine"),
        ((*AAC, "SampleRate"), None, f"{WIRE_AAC}: sampleRate is a required property"),
        ((*AAC, "Bitrate"), 8000, f"{WIRE_AAC}/bitrate: should be between 64000 and 576000"),
        (
            (*OUTPUT, "VideoDescription", "Width"),
            321,
            "/settings/outputGroups/0/outputs/0/videoDescription/width: should be even",
        ),
        (
            (*INPUT, "VideoGenerator"),
            {"Duration": 1000},
            "/settings/inputs/0: should have either fileInput or videoGenerator",
        ),
        (
            ("Settings", "TimecodeConfig", "Source"),
            "EMBEDDED",
            "/settings/timecodeConfig/source: EMBEDDED cannot be rendered on this machine",
        ),
        (
            (*INPUT, "Crop"),
            {"X": 2, "Y": 2, "Width": 100, "Height": 100},
            "/settings/inputs/0/crop: cannot be rendered on this machine",
        ),
        (("Settings", "OutputGroups"), [], "/settings: outputGroups is a required property"),
    ],
)
def test_what_is_wrong_is_named_by_its_pointer(path, value, problem):
    assert problems(changed(path, value)) == problem


DESTINATION = (*OUTPUT[:3], "OutputGroupSettings", "FileGroupSettings", "Destination")
WIRE_DESTINATION = "/settings/outputGroups/0/outputGroupSettings/fileGroupSettings/destination"
WIRE_OUTPUT = "/settings/outputGroups/0/outputs/0"


@pytest.mark.parametrize(
    ("path", "name", "problem"),
    [
        (DESTINATION, "s3://media/out/", "should end in a file name, without its extension, on this machine"),
        (DESTINATION, "s3://media", "should end in a file name, without its extension, on this machine"),
        (DESTINATION, "s3://media/$dt$/v", "s3://media/$dt$/v cannot be written on this machine"),
        (DESTINATION, "s3://media/out/50%d", "s3://media/out/50%d cannot be written on this machine"),
        ((*OUTPUT, "NameModifier"), "_$h$", "_$h$ cannot be written on this machine"),
        ((*OUTPUT, "NameModifier"), "/../../x", "/../../x cannot be written on this machine"),
        ((*OUTPUT, "Extension"), "mp4/x", "mp4/x cannot be written on this machine"),
    ],
)
def test_a_name_that_would_come_out_otherwise_is_refused(path, name, problem):
    places = {"Destination": WIRE_DESTINATION, "Extension": f"{WIRE_OUTPUT}/extension"}
    pointer = places.get(path[-1], f"{WIRE_OUTPUT}/nameModifier")
    assert problems(changed(path, name)) == f"{pointer}: {problem}"


def test_a_rung_needs_a_name_beside_its_playlists():
    request = with_ladder(job_request("s3://media/in/source.mp4", "x"), "x", heights=(180,))
    (hls,) = (group for group in request["Settings"]["OutputGroups"] if is_hls(group))
    accepted(request)
    del hls["Outputs"][0]["NameModifier"]
    assert problems(request).endswith(": without nameModifier it would have the playlist of its group")


def is_hls(group):
    return group["OutputGroupSettings"]["Type"] == "HLS_GROUP_SETTINGS"


def test_unknown_properties_are_named():
    wire = write_answer(job_request("s3://media/in/source.mp4", "x"), "CreateJobRequest")
    wire["settings"]["inputs"][0]["typo"] = 1
    with pytest.raises(Invalid, match=r"^/settings/inputs/0/typo: is not a known property$"):
        read_request(wire, "CreateJobRequest")


async def test_boto3_sees_a_bad_request(mediaconvert):
    with pytest.raises(ClientError) as refused:
        await mediaconvert.create_job(**changed((*H264, "Softness"), 50))
    error = refused.value.response["Error"]
    assert error["Code"] == "BadRequestException"
    assert error["Message"] == f"{WIRE_H264}/softness: 50 cannot be rendered on this machine"
