"""The checkers of jobs find what is wrong: each rule, broken once."""

from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from tests.services.job_settings.botocore_shapes import request_faults
from tests.services.job_settings.cases import CASES, job_of
from tests.services.job_settings.service_rules import Source, service_faults

SOURCE = Source(1920, 1080, 20_000, Fraction(30))
EVERYTHING = job_of(*CASES["everything"])
PARTS = job_of(*CASES["three_parts"])
OUT_OF_ORDER = job_of(*CASES["parts_out_of_order"])
SURROUND = job_of(*CASES["gain_surround"])
TRACKS = job_of(*CASES["captions_two_languages"])
BURNED = job_of(*CASES["captions_burned_in"])
DOWNLOADS = job_of(*CASES["downloads"])
MUSIC = job_of(*CASES["music"])

Job = dict[str, Any]


def at(job: Job, path: str) -> Any:
    place: Any = job["Settings"]
    for step in path.split("/"):
        place = place[int(step)] if step.isdigit() else place[step]
    return place


def put(path: str, value: Any) -> Callable[[Job], None]:
    parent, _, name = path.rpartition("/")

    def change(job: Job) -> None:
        at(job, parent)[int(name) if name.isdigit() else name] = value

    return change


def drop(path: str) -> Callable[[Job], None]:
    parent, _, name = path.rpartition("/")

    def change(job: Job) -> None:
        del at(job, parent)[int(name) if name.isdigit() else name]

    return change


def top(name: str, value: Any) -> Callable[[Job], None]:
    def change(job: Job) -> None:
        job[name] = value

    return change


HLS, MP4, POSTER = "OutputGroups/0/Outputs", "OutputGroups/1/Outputs/0", "OutputGroups/2/Outputs/0"
TILES = "OutputGroups/0/OutputGroupSettings/HlsGroupSettings/ImageBasedTrickPlaySettings"
H264 = f"{HLS}/0/VideoDescription/CodecSettings/H264Settings"
AAC = f"{HLS}/0/AudioDescriptions/0/CodecSettings/AacSettings"
IMAGES = "Inputs/1/ImageInserter/InsertableImages"
CLIPS = "Inputs/0/InputClippings"
ROWS = "Inputs/0/AudioSelectors/Audio Selector 1/RemixSettings/ChannelMapping/OutputChannels"
TRACK = f"{HLS}/4/CaptionDescriptions/0"
DRAWN = f"{HLS}/0/CaptionDescriptions"


@pytest.mark.parametrize(
    ("job", "change", "fault"),
    [
        (EVERYTHING, top("ClientRequestToken", "x" * 65), "ClientRequestToken: 1 to 64 ASCII characters"),
        (EVERYTHING, top("ClientRequestToken", "é"), "ClientRequestToken: 1 to 64 ASCII characters"),
        (EVERYTHING, top("UserMetadata", {"a": "ü"}), "UserMetadata/a: not a value"),
        (EVERYTHING, top("UserMetadata", {"aws:a": ""}), "UserMetadata/aws:a: not a key"),
        (EVERYTHING, top("UserMetadata", dict.fromkeys("abcdefghijk", "")), "UserMetadata: at most 10"),
        (EVERYTHING, top("AccelerationSettings", {"Mode": "ENABLED"}), "AccelerationSettings: not with"),
        (EVERYTHING, put("TimecodeConfig/Source", "EMBEDDED"), "TimecodeConfig: overlays"),
        (EVERYTHING, put("Inputs/0/TimecodeSource", "EMBEDDED"), "Inputs/0: TimecodeSource is not"),
        (EVERYTHING, put("Inputs/0/FileInput", "s3://a/b"), "Inputs/0: one of FileInput and VideoGenerator"),
        (EVERYTHING, lambda job: job["Settings"].update(FollowSource=3), "FollowSource: no such input"),
        (EVERYTHING, lambda job: job["Settings"].pop("FollowSource"), "FollowSource: follows generated"),
        (EVERYTHING, put("Inputs/0/VideoGenerator/Width", 1919), "Inputs/0/VideoGenerator: even sizes"),
        (EVERYTHING, put(f"{IMAGES}/1/Layer", 1), "Inputs/1/ImageInserter: every layer once"),
        (EVERYTHING, drop(f"{IMAGES}/0/Opacity"), "Inputs/1/ImageInserter/0: Opacity is 50"),
        (EVERYTHING, put(f"{IMAGES}/0/ImageX", 1919), "Inputs/1/ImageInserter/0: outside the frame"),
        (EVERYTHING, put(f"{IMAGES}/0/FadeIn", 4601), "Inputs/1/ImageInserter/0: Duration holds"),
        (EVERYTHING, put(f"{IMAGES}/0/StartTime", "00:00:15:05"), "Inputs/1/ImageInserter/0: outside what"),
        (PARTS, put(f"{CLIPS}/0", {}), "Inputs/0/InputClippings/0: a start or an end"),
        (PARTS, put(f"{CLIPS}/1/StartTimecode", "00:00:07:29"), "Inputs/0/InputClippings/1: clips in order"),
        (PARTS, put(f"{CLIPS}/1/EndTimecode", "00:00:09:29"), "Inputs/0/InputClippings/1: ends before"),
        (PARTS, put(f"{CLIPS}/2/StartTimecode", "00:00:20:00"), "Inputs/0/InputClippings/2: outside the"),
        (PARTS, put(f"{CLIPS}/0/EndTimecode", "12:00:01:00"), "Inputs/0/InputClippings/0: 12 hours"),
        (MUSIC, put("Inputs/0/AudioSelectors/B", {"DefaultSelection": "DEFAULT"}), "Inputs/0/AudioSel"),
        (SURROUND, put(f"{ROWS}/0/InputChannels", [0, 0]), "Inputs/0/AudioSelectors/Audio Selector 1/Rem"),
        (SURROUND, put(f"{ROWS}/0/InputChannels/0", 7), "Inputs/0/AudioSelectors/Audio Selector 1/Remix"),
        (SURROUND, drop(f"{ROWS}/1"), "Inputs/0/AudioSelectors/Audio Selector 1/RemixSettings: a row for"),
        (TRACKS, drop("Inputs/0/CaptionSelectors"), "Inputs: as many caption selectors"),
        (TRACKS, put(f"{TRACK}/CaptionSelectorName", "X"), f"{TRACK[:-2]}: no such selector"),
        (TRACKS, put(f"{TRACK}/LanguageCode", "ENG"), f"{TRACK[:-2]}: one language"),
        (TRACKS, put(f"{TRACK}/LanguageDescription", "English"), "OutputGroups/0: tracks of one name"),
        (TRACKS, put(f"{HLS}/4/AudioDescriptions", [{"CodecSettings": {}}]), f"{HLS}/4"),
        (
            TRACKS,
            put(f"{TRACK}/DestinationSettings/BurninDestinationSettings", {}),
            f"{TRACK[:-2]}: settings of another type than WEBVTT",
        ),
        (BURNED, put(f"{POSTER}/CaptionDescriptions", at(BURNED, DRAWN)), f"{POSTER}/Cap"),
        (BURNED, lambda job: at(job, DRAWN).append(at(job, f"{DRAWN}/0")), f"{DRAWN}: one language can be"),
        (EVERYTHING, put("OutputGroups/0/Outputs", []), "OutputGroups/0: at least one output"),
        (EVERYTHING, put(f"{HLS}/1/NameModifier", "_1080"), "OutputGroups/0: every name once"),
        (EVERYTHING, drop(f"{HLS}/1/NameModifier"), "OutputGroups/0: a name for each"),
        (
            EVERYTHING,
            put(
                "OutputGroups/2/OutputGroupSettings/FileGroupSettings/Destination",
                at(EVERYTHING, "OutputGroups/1/OutputGroupSettings/FileGroupSettings/Destination"),
            ),
            "OutputGroups/2: writes over another group",
        ),
        (EVERYTHING, put(f"{HLS}/0/VideoDescription/Height", 1079), f"{HLS}/0/VideoDescription: even sizes"),
        (EVERYTHING, put(f"{H264}/Bitrate", 1), f"{HLS}/0/VideoDescription: QVBR has"),
        (EVERYTHING, drop(f"{H264}/MaxBitrate"), f"{HLS}/0/VideoDescription: QVBR has"),
        (EVERYTHING, put(f"{H264}/CodecProfile", "BASELINE"), f"{HLS}/0/VideoDescription: BASELINE"),
        (EVERYTHING, put(f"{H264}/CodecLevel", "LEVEL_4"), f"{HLS}/0/VideoDescription: a level"),
        (EVERYTHING, drop(f"{AAC}/SampleRate"), f"{HLS}/0/AudioDescriptions/0: AAC has"),
        (EVERYTHING, put(f"{AAC}/Bitrate", 48_000), f"{HLS}/0/AudioDescriptions/0: no bitrate"),
        (
            EVERYTHING,
            put(f"{HLS}/0/VideoDescription/CodecSettings/FrameCaptureSettings", {}),
            f"{HLS}/0/VideoDescription: a codec and its own settings",
        ),
        (
            EVERYTHING,
            put(f"{HLS}/0/AudioDescriptions/0/AudioNormalizationSettings/TargetLkfs", 1.0),
            f"{HLS}/0/AudioDescriptions/0: a target",
        ),
        (EVERYTHING, put(f"{TILES}/TileHeight", 98), "OutputGroups/0: tile images"),
        (EVERYTHING, put(f"{TILES}/TileHeight", 5), "OutputGroups/0: tiles of an even number"),
        (DOWNLOADS, put(f"{POSTER}/AudioDescriptions", []), f"{POSTER}: one sound"),
        (EVERYTHING, put(f"{POSTER}/ContainerSettings/Container", "MP4"), f"{POSTER}: still frames have no"),
    ],
)
def test_each_broken_rule_is_found(job: Job, change: Callable[[Job], None], fault: str) -> None:
    assert service_faults(job, SOURCE) == []
    broken = deepcopy(job)
    change(broken)
    assert [found for found in service_faults(broken, SOURCE) if found.startswith(fault)]


def test_the_walk_of_the_model_finds_faults() -> None:
    job = deepcopy(EVERYTHING)
    job["StatusUpdateInterval"] = "SECONDS_11"
    job["Settings"]["TimecodeConfig"]["Sauce"] = "ZEROBASED"
    job["Settings"]["FollowSource"] = 0
    job["Settings"]["OutputGroups"][0]["OutputGroupSettings"]["HlsGroupSettings"]["Destination"] = "file:///x"
    del job["Role"]
    assert [fault.split(":")[0] for fault in request_faults("CreateJob", job)] == [
        "CreateJob",
        "CreateJob/StatusUpdateInterval",
        "CreateJob/Settings/TimecodeConfig",
        "CreateJob/Settings/FollowSource",
        "CreateJob/Settings/OutputGroups/0/OutputGroupSettings/HlsGroupSettings/Destination",
    ]
