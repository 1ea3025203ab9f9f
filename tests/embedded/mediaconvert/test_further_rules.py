"""Rules of the service beyond its model: each broken once, each told by its pointer and in its words."""

from copy import deepcopy

import pytest

from embedded.mediaconvert.service_model import Invalid, read_request, write_answer
from embedded.mediaconvert.service_rules import check_service_rules
from tests.embedded.mediaconvert.conftest import job_request

INPUT = ("Settings", "Inputs", 0)
GROUP = ("Settings", "OutputGroups", 0)
OUTPUT = (*GROUP, "Outputs", 0)
VIDEO = (*OUTPUT, "VideoDescription")
H264 = (*VIDEO, "CodecSettings", "H264Settings")
AUDIO = (*OUTPUT, "AudioDescriptions", 0)
AAC = (*AUDIO, "CodecSettings", "AacSettings")
SETTINGS = "/settings"
IN = "/settings/inputs/0"
OUT = "/settings/outputGroups/0/outputs/0"
W264 = f"{OUT}/videoDescription/codecSettings/h264Settings"
WAAC = f"{OUT}/audioDescriptions/0/codecSettings/aacSettings"
IMAGE = {"ImageInserterInput": "s3://media/a.png", "ImageX": 0, "ImageY": 0, "Layer": 1}
VTT = {"SourceType": "WEBVTT", "FileSourceSettings": {"SourceFile": "s3://media/in/a.vtt"}}
BURN_IN = {"DestinationType": "BURN_IN", "BurninDestinationSettings": {}}
AAC_VALUES = "6000, 8000, 10000"


def problems(*changes):
    request = deepcopy(job_request("s3://media/in/source.mp4", "x"))
    for path, value in changes:
        place = request
        for step in path[:-1]:
            place = place[step]
        if value is None:
            del place[path[-1]]
        else:
            place[path[-1]] = value
    read = read_request(write_answer(request, "CreateJobRequest"), "CreateJobRequest")
    try:
        check_service_rules(read)
    except Invalid as invalid:
        return str(invalid)
    return ""


def remix(channels_in, channels_out, *rows):
    outputs = [{"InputChannels": list(row)} for row in rows]
    mapping = {"OutputChannels": outputs}
    return {"ChannelsIn": channels_in, "ChannelsOut": channels_out, "ChannelMapping": mapping}


def captions(*descriptions):
    return [{"CaptionSelectorName": name, "DestinationSettings": own} for name, own in descriptions]


SELECTOR = ((*INPUT, "CaptionSelectors"), {"C": {"SourceSettings": VTT}})

BROKEN = {
    "token": (
        [(("ClientRequestToken",), "x" * 65)],
        "/clientRequestToken: should be at most 64 ASCII characters",
    ),
    "metadata count": (
        [(("UserMetadata",), {str(n): "v" for n in range(11)})],
        "/userMetadata: should have at most 10 pairs",
    ),
    "metadata letters": (
        [(("UserMetadata",), {"title": "Größe"})],
        "/userMetadata/title: should have letters, digits, spaces and _.:/=+-@ only",
    ),
    "metadata length": (
        [(("UserMetadata",), {"k": "v" * 257})],
        "/userMetadata/k: should be at most 128 characters, and its value 256",
    ),
    "metadata prefix": (
        [(("UserMetadata",), {"aws:k": "v"})],
        "/userMetadata/aws:k: should not start with aws:",
    ),
    "tags": ([(("Tags",), {str(n): "v" for n in range(51)})], "/tags: should have at most 50 pairs"),
    "follow": (
        [(("Settings", "FollowSource"), 2)],
        f"{SETTINGS}/followSource: should be at most 1, the count of inputs",
    ),
    "accelerated burn-in": (
        [
            SELECTOR,
            ((*OUTPUT, "CaptionDescriptions"), captions(("C", BURN_IN))),
            (("AccelerationSettings",), {"Mode": "ENABLED"}),
        ],
        "/accelerationSettings/mode: should not be ENABLED with BURN_IN captions",
    ),
    "layers": (
        [((*INPUT, "ImageInserter"), {"InsertableImages": [IMAGE, IMAGE]})],
        f"{IN}/imageInserter/insertableImages: layers should be unique",
    ),
    "overlay place": (
        [
            (
                (*INPUT, "ImageInserter"),
                {"InsertableImages": [{k: v for k, v in IMAGE.items() if k != "ImageX"}]},
            )
        ],
        f"{IN}/imageInserter/insertableImages/0: imageX is a required property",
    ),
    "fade": (
        [((*INPUT, "ImageInserter"), {"InsertableImages": [IMAGE | {"Duration": 100, "FadeIn": 200}]})],
        f"{IN}/imageInserter/insertableImages/0/fadeIn: should be at most duration, which holds it",
    ),
    "clip backwards": (
        [((*INPUT, "InputClippings"), [{"StartTimecode": "00:00:02:00", "EndTimecode": "00:00:01:00"}])],
        f"{IN}/inputClippings/0/endTimecode: should not be before startTimecode",
    ),
    "empty clip": (
        [((*INPUT, "InputClippings"), [{}])],
        f"{IN}/inputClippings/0: should have a start or an end",
    ),
    "generator": (
        [((*INPUT, "FileInput"), None), ((*INPUT, "VideoGenerator"), {"Duration": 1000, "Width": 320})],
        f"{IN}/videoGenerator: height is a required property",
    ),
    "defaults": (
        [((*INPUT, "AudioSelectors", "Other"), {"DefaultSelection": "DEFAULT"})],
        f"{IN}/audioSelectors: should have at most one with defaultSelection DEFAULT",
    ),
    "selector group": (
        [((*INPUT, "AudioSelectorGroups"), {"G": {"AudioSelectorNames": ["Nobody"]}})],
        f"{IN}/audioSelectorGroups/G: Nobody is not one of audioSelectors",
    ),
    "remix rows": (
        [((*AUDIO, "RemixSettings"), remix(2, 2, (0, 0)))],
        f"{OUT}/audioDescriptions/0/remixSettings/channelMapping/outputChannels:"
        " should have 2 items, as channelsOut says",
    ),
    "remix columns": (
        [((*INPUT, "AudioSelectors", "Audio Selector 1", "RemixSettings"), remix(2, 1, (0,)))],
        f"{IN}/audioSelectors/Audio Selector 1/remixSettings/channelMapping/outputChannels/0/inputChannels:"
        " should have 2 items, as channelsIn says",
    ),
    "captions file": (
        [((*INPUT, "CaptionSelectors"), {"C": {"SourceSettings": VTT | {"SourceType": "SRT"}}})],
        f"{IN}/captionSelectors/C/sourceSettings/fileSourceSettings/sourceFile: should end in srt for SRT",
    ),
    "no captions selector": (
        [((*OUTPUT, "CaptionDescriptions"), captions(("C", BURN_IN)))],
        f"{OUT}/captionDescriptions/0/captionSelectorName: C is not one of captionSelectors",
    ),
    "burn-in settings": (
        [
            SELECTOR,
            ((*OUTPUT, "CaptionDescriptions"), captions(("C", BURN_IN | {"WebvttDestinationSettings": {}}))),
        ],
        f"{OUT}/captionDescriptions/0/destinationSettings/webvttDestinationSettings:"
        " should not be given with destinationType BURN_IN",
    ),
    "two burn-ins": (
        [SELECTOR, ((*OUTPUT, "CaptionDescriptions"), captions(("C", BURN_IN), ("C", BURN_IN)))],
        f"{OUT}/captionDescriptions: should have at most one with BURN_IN",
    ),
    "webvtt in a video": (
        [SELECTOR, ((*OUTPUT, "CaptionDescriptions"), captions(("C", {"DestinationType": "WEBVTT"})))],
        f"{OUT}/captionDescriptions/0: WEBVTT should be in an output of its own",
    ),
    "no outputs": (
        [((*GROUP, "Outputs"), [])],
        "/settings/outputGroups/0/outputs: should have at least 1 item",
    ),
    "two codecs": (
        [((*VIDEO, "CodecSettings", "FrameCaptureSettings"), {})],
        f"{OUT}/videoDescription/codecSettings/frameCaptureSettings: should not be given with codec H_264",
    ),
    "other group settings": (
        [((*GROUP, "OutputGroupSettings", "HlsGroupSettings"), {"Destination": "s3://media/x/"})],
        "/settings/outputGroups/0/outputGroupSettings/hlsGroupSettings:"
        " should not be given with type FILE_GROUP_SETTINGS",
    ),
    "container": (
        [((*OUTPUT, "ContainerSettings"), {"Container": "M3U8"})],
        f"{OUT}/containerSettings/container: should be one of MP4, RAW in FILE_GROUP_SETTINGS",
    ),
    "qvbr": ([((*H264, "Bitrate"), 1_000_000)], f"{W264}: bitrate should not be given with QVBR"),
    "vbr": (
        [((*H264, "RateControlMode"), "VBR"), ((*H264, "QvbrSettings"), None)],
        f"{W264}: bitrate is a required property",
    ),
    "baseline": (
        [((*H264, "CodecProfile"), "BASELINE")],
        f"{W264}/entropyEncoding: should be CAVLC with BASELINE",
    ),
    "level's bitrate": (
        [((*H264, "CodecLevel"), "LEVEL_3_1"), ((*H264, "MaxBitrate"), 15_000_000)],
        f"{W264}/maxBitrate: should be at most 14000000 for LEVEL_3_1",
    ),
    "level's size": (
        [((*H264, "CodecLevel"), "LEVEL_3"), ((*VIDEO, "Width"), 1280), ((*VIDEO, "Height"), 720)],
        f"{W264}/codecLevel: 1280x720 is too large for LEVEL_3",
    ),
    "rate": (
        [((*H264, "FramerateDenominator"), None)],
        f"{W264}: framerateDenominator is a required property",
    ),
    "aac at 44.1 kHz": (
        [((*AAC, "SampleRate"), 44_100), ((*AAC, "Bitrate"), 576_000)],
        f"{WAAC}/bitrate: should be between 64000 and 512000",
    ),
    "aac in mono": (
        [((*AAC, "CodingMode"), "CODING_MODE_1_0"), ((*AAC, "Bitrate"), 320_000)],
        f"{WAAC}/bitrate: should be between 32000 and 288000",
    ),
    "target": (
        [((*AUDIO, "AudioNormalizationSettings"), {"TargetLkfs": 1.0})],
        f"{OUT}/audioDescriptions/0/audioNormalizationSettings/targetLkfs: should be between -59 and 0",
    ),
}


def test_the_plain_job_breaks_none():
    assert problems() == ""


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_is_told(name):
    changes, told = BROKEN[name]
    assert problems(*changes) == told


def test_a_bitrate_is_one_of_the_services():
    told = problems(((*AAC, "Bitrate"), 100_000))
    assert told.startswith(f"{WAAC}/bitrate: should be one of {AAC_VALUES}")


def test_names_are_unique_in_a_group_and_a_job():
    output = job_request("s3://media/in/source.mp4", "x")["Settings"]["OutputGroups"][0]["Outputs"][0]
    same = problems(((*GROUP, "Outputs"), [output, output]))
    assert same == "/settings/outputGroups/0/outputs/1/nameModifier: should be unique in the output group"
    unnamed = {name: value for name, value in output.items() if name != "NameModifier"}
    told = problems(((*GROUP, "Outputs"), [output, unnamed]))
    assert told == "/settings/outputGroups/0/outputs/1: nameModifier is a required property"
    group = job_request("s3://media/in/source.mp4", "x")["Settings"]["OutputGroups"][0]
    told = problems((("Settings", "OutputGroups"), [group, group]))
    assert told == "/settings/outputGroups/1/outputs/0: has the name of another output"


def test_automated_abr_has_its_own_rules():
    told = problems(((*GROUP, "AutomatedEncodingSettings"), {"AbrSettings": {"MaxRenditions": 5}}))
    assert told.split(" | ") == [
        f"{OUT}/videoDescription/width: should not be given with automated ABR",
        f"{OUT}/videoDescription/height: should not be given with automated ABR",
        f"{W264}/qualityTuningLevel: should be MULTI_PASS_HQ for automated ABR",
    ]


def test_stills_need_a_programme_beside_them():
    still = {
        "NameModifier": "_s",
        "ContainerSettings": {"Container": "RAW"},
        "VideoDescription": {"CodecSettings": {"Codec": "FRAME_CAPTURE", "FrameCaptureSettings": {}}},
    }
    assert problems(((*GROUP, "Outputs"), [still])) == (
        "/settings/outputGroups: should have video or audio beside frame captures and captions"
    )


def test_an_image_of_a_generator_is_known_although_botocore_does_not_know_it():
    wire = write_answer(job_request("s3://media/in/source.mp4", "x"), "CreateJobRequest")
    (each,) = wire["settings"]["inputs"]
    del each["fileInput"]
    each["videoGenerator"] = {"duration": 1000, "imageInput": "s3://media/in/title.png"}
    read = read_request(wire, "CreateJobRequest")
    assert read["Settings"]["Inputs"][0]["VideoGenerator"]["ImageInput"] == "s3://media/in/title.png"
    assert write_answer(read, "CreateJobRequest") == wire
    each["videoGenerator"]["imageInput"] = "s3://media/in/title.doc"
    with pytest.raises(Invalid, match=r"^/settings/inputs/0/videoGenerator/imageInput: should match "):
        read_request(wire, "CreateJobRequest")
