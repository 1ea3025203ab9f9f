"""What this renderer does with each setting: nothing is passed over in silence.

RENDERED holds every property that changes a picture, a sound or a file here, HARMLESS those that tune an
encoder or a bill and have no counterpart. Any other property is refused with its JSON pointer.
"""

from collections.abc import Iterator
from typing import Any

from embedded.mediaconvert.service_model import Invalid

IMAGE = {"ImageInserterInput", "StartTime", "Duration", "FadeIn", "FadeOut", "ImageX", "ImageY", "Width"}
IMAGE |= {"Height", "Layer", "Opacity"}
PROCESSING = "/Settings/OutputGroups/Outputs/VideoDescription/VideoPreprocessors"

RENDERED: dict[str, set[str]] = {
    "": {"Role", "Settings", "Queue", "ClientRequestToken", "UserMetadata", "Priority"},
    "/Settings": {"TimecodeConfig", "FollowSource", "Inputs", "OutputGroups"},
    "/Settings/TimecodeConfig": {"Source"},
    "/Settings/Inputs": {
        "FileInput",
        "VideoGenerator",
        "TimecodeSource",
        "VideoSelector",
        "AudioSelectors",
        "ImageInserter",
        "InputClippings",
    },
    "/Settings/Inputs/VideoGenerator": {
        "Duration",
        "Width",
        "Height",
        "FramerateNumerator",
        "FramerateDenominator",
    },
    "/Settings/Inputs/VideoSelector": {"Rotate"},
    "/Settings/Inputs/AudioSelectors/*": {"DefaultSelection", "RemixSettings", "Tracks", "SelectorType"},
    "/Settings/Inputs/ImageInserter": {"InsertableImages"},
    "/Settings/Inputs/ImageInserter/InsertableImages": IMAGE,
    "/Settings/Inputs/InputClippings": {"StartTimecode", "EndTimecode"},
    "/Settings/OutputGroups": {"OutputGroupSettings", "Outputs", "Name", "CustomName"},
    "/Settings/OutputGroups/OutputGroupSettings": {"Type", "HlsGroupSettings", "FileGroupSettings"},
    "/Settings/OutputGroups/OutputGroupSettings/FileGroupSettings": {"Destination"},
    "/Settings/OutputGroups/OutputGroupSettings/HlsGroupSettings": {
        "Destination",
        "SegmentLength",
        "SegmentControl",
        "DirectoryStructure",
        "ImageBasedTrickPlay",
        "ImageBasedTrickPlaySettings",
    },
    "/Settings/OutputGroups/OutputGroupSettings/HlsGroupSettings/ImageBasedTrickPlaySettings": {
        "IntervalCadence",
        "ThumbnailInterval",
        "ThumbnailWidth",
        "TileWidth",
        "TileHeight",
    },
    "/Settings/OutputGroups/Outputs": {
        "NameModifier",
        "Extension",
        "ContainerSettings",
        "VideoDescription",
        "AudioDescriptions",
    },
    "/Settings/OutputGroups/Outputs/ContainerSettings": {"Container", "Mp4Settings"},
    "/Settings/OutputGroups/Outputs/ContainerSettings/Mp4Settings": {"MoovPlacement"},
    "/Settings/OutputGroups/Outputs/VideoDescription": {
        "Width",
        "Height",
        "ScalingBehavior",
        "VideoPreprocessors",
        "CodecSettings",
    },
    "/Settings/OutputGroups/Outputs/VideoDescription/VideoPreprocessors": {
        "ColorCorrector",
        "Deinterlacer",
        "ImageInserter",
    },
    "/Settings/OutputGroups/Outputs/VideoDescription/VideoPreprocessors/ColorCorrector": {
        "ColorSpaceConversion",
        "HdrToSdrToneMapper",
    },
    f"{PROCESSING}/ImageInserter": {"InsertableImages"},
    f"{PROCESSING}/ImageInserter/InsertableImages": IMAGE,
    "/Settings/OutputGroups/Outputs/VideoDescription/CodecSettings": {
        "Codec",
        "H264Settings",
        "FrameCaptureSettings",
    },
    "/Settings/OutputGroups/Outputs/VideoDescription/CodecSettings/H264Settings": {
        "RateControlMode",
        "MaxBitrate",
        "Bitrate",
        "QvbrSettings",
        "QualityTuningLevel",
        "FramerateControl",
        "FramerateNumerator",
        "FramerateDenominator",
        "GopSize",
        "GopSizeUnits",
    },
    "/Settings/OutputGroups/Outputs/VideoDescription/CodecSettings/FrameCaptureSettings": {
        "FramerateNumerator",
        "FramerateDenominator",
        "MaxCaptures",
        "Quality",
    },
    "/Settings/OutputGroups/Outputs/AudioDescriptions": {
        "AudioSourceName",
        "AudioNormalizationSettings",
        "CodecSettings",
    },
    "/Settings/OutputGroups/Outputs/AudioDescriptions/AudioNormalizationSettings": {
        "AlgorithmControl",
        "TargetLkfs",
        "TruePeakLimiterThreshold",
    },
    "/Settings/OutputGroups/Outputs/AudioDescriptions/CodecSettings": {"Codec", "AacSettings"},
    "/Settings/OutputGroups/Outputs/AudioDescriptions/CodecSettings/AacSettings": {
        "Bitrate",
        "SampleRate",
        "CodingMode",
        "RateControlMode",
    },
}

# Properties below these are not looked into: whatever they hold changes nothing here.
HARMLESS = {
    "AccelerationSettings",
    "BillingTagsSource",
    "StatusUpdateInterval",
    "Tags",
    "AudioDurationCorrection",
    "FilterEnable",
    "PsiControl",
    "ColorSpace",
    "SampleRange",
    "Channels",
    "SampleRate",
    "MinSegmentLength",
    "SegmentLengthControl",
    "ManifestDurationFormat",
    "ManifestCompression",
    "CodecSpecification",
    "StreamInfResolution",
    "OutputSelection",
    "ClientCache",
    "M3u8Settings",
    "OutputSettings",
    "CslgAtom",
    "FreeSpaceBox",
    "Sharpness",
    "AntiAlias",
    "TimecodeInsertion",
    "ColorMetadata",
    "RespondToAfd",
    "AfdSignaling",
    "CodecProfile",
    "CodecLevel",
    "FramerateConversionAlgorithm",
    "ParControl",
    "ParNumerator",
    "ParDenominator",
    "GopClosedCadence",
    "InterlaceMode",
    "SceneChangeDetect",
    "AdaptiveQuantization",
    "EntropyEncoding",
    "QvbrQualityLevelFineTune",
    "AudioTypeControl",
    "LanguageCodeControl",
    "Algorithm",
    "CorrectionGateLevel",
    "LoudnessLogging",
    "PeakCalculation",
    "Specification",
    "RawFormat",
}
FREE = {"UserMetadata", "QvbrSettings", "RemixSettings", "Deinterlacer"}
VALUES: dict[str, set[Any]] = {
    "Source": {"ZEROBASED"},
    "TimecodeSource": {"ZEROBASED"},
    "Type": {"HLS_GROUP_SETTINGS", "FILE_GROUP_SETTINGS"},
    "Container": {"M3U8", "MP4", "RAW"},
    "Rotate": {"AUTO", "DEGREE_0"},
    "SegmentControl": {"SEGMENTED_FILES"},
    "DirectoryStructure": {"SINGLE_DIRECTORY"},
    "ImageBasedTrickPlay": {"NONE", "ADVANCED"},
    "IntervalCadence": {"FOLLOW_CUSTOM"},
    "ScalingBehavior": {"DEFAULT", "STRETCH_TO_OUTPUT"},
    "GopSizeUnits": {"SECONDS", "FRAMES"},
    "CodingMode": {"CODING_MODE_2_0"},
    "RateControlMode": {"QVBR", "CBR", "VBR"},
}


def refuse_what_is_not_understood(request: dict[str, Any]) -> None:
    """Raises Invalid for every property or value that would change a result and cannot be rendered here."""
    problems = list(_walk(request, "", ""))
    if problems:
        raise Invalid(problems)


def _walk(value: Any, path: str, pointer: str) -> Iterator[str]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, path, f"{pointer}/{index}")
        return
    if not isinstance(value, dict):
        return
    if path.endswith("/AudioSelectors"):
        for name, item in value.items():
            yield from _walk(item, f"{path}/*", f"{pointer}/{name}")
        return
    for name, item in value.items():
        here = f"{pointer}/{name[0].lower()}{name[1:]}"
        if name in HARMLESS or name in FREE:
            continue
        if name not in RENDERED.get(path, set()):
            yield f"{here}: cannot be rendered on this machine"
        elif name in VALUES and not isinstance(item, dict | list) and item not in VALUES[name]:
            yield f"{here}: {item} cannot be rendered on this machine"
        else:
            yield from _walk(item, f"{path}/{name}", here)
