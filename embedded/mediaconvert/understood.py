"""What this renderer does with each setting: nothing is passed over in silence.

For each place in a request, the properties that are rendered or that change no picture, no sound and no name
of a file, with the values that are; any other property or value is refused with its JSON pointer. What lies
below a property without a place of its own changes nothing here, whatever it is. `*` is any name of a map.
"""

from collections.abc import Iterator
from typing import Any

from embedded.mediaconvert.service_model import Invalid
from embedded.mediaconvert.understood_names import name_problems

# Any value.
ANY = None
Place = dict[str, set[Any] | None]


def _any(*names: str) -> Place:
    return dict.fromkeys(names, ANY)


JOB = "/Settings"
INPUT = f"{JOB}/Inputs"
GROUP = f"{JOB}/OutputGroups"
HLS = f"{GROUP}/OutputGroupSettings/HlsGroupSettings"
OUTPUT = f"{GROUP}/Outputs"
VIDEO = f"{OUTPUT}/VideoDescription"
AUDIO = f"{OUTPUT}/AudioDescriptions"
CAPTIONS = f"{OUTPUT}/CaptionDescriptions"
IMAGE = _any("ImageInserterInput", "StartTime", "Duration", "FadeIn", "FadeOut", "ImageX", "ImageY", "Width")
IMAGE |= _any("Height", "Layer", "Opacity")
REMIX = _any("ChannelsIn", "ChannelsOut", "ChannelMapping")
RATE = _any("FramerateNumerator", "FramerateDenominator")

REQUEST: dict[str, Place] = {
    "": _any("Role", "Settings", "Queue", "ClientRequestToken", "UserMetadata", "Tags", "Priority")
    | _any("AccelerationSettings", "BillingTagsSource", "StatusUpdateInterval", "HopDestinations")
    | _any("SimulateReservedQueue", "JobEngineVersion"),
    JOB: _any("TimecodeConfig", "FollowSource", "Inputs", "OutputGroups", "AdAvailOffset"),
    f"{JOB}/TimecodeConfig": {"Source": {"ZEROBASED"}},
}
INPUTS: dict[str, Place] = {
    INPUT: _any("FileInput", "VideoGenerator", "VideoSelector", "AudioSelectors", "AudioSelectorGroups")
    | _any("CaptionSelectors", "ImageInserter", "InputClippings", "PsiControl", "FilterStrength")
    | {
        "TimecodeSource": {"ZEROBASED"},
        "FilterEnable": {"AUTO", "DISABLE"},
        "DenoiseFilter": {"DISABLED"},
        "DeblockFilter": {"DISABLED"},
        "AdvancedInputFilter": {"DISABLED"},
        "InputScanType": {"AUTO"},
    },
    f"{INPUT}/VideoGenerator": RATE
    | _any("Duration", "Width", "Height", "Channels", "SampleRate", "ImageInput"),
    f"{INPUT}/VideoSelector": {
        "Rotate": ANY,
        "ColorSpace": {"FOLLOW", "REC_601", "REC_709", "HDR10", "HLG_2020", "P3D65_SDR"},
        "ColorSpaceUsage": ANY,
        "SampleRange": ANY,
        "AlphaBehavior": {"DISCARD"},
        "PadVideo": {"DISABLED"},
        "SelectorType": {"AUTO"},
    },
    f"{INPUT}/AudioSelectors/*": _any("DefaultSelection", "ExternalAudioFileInput", "Tracks", "Offset")
    | _any("RemixSettings", "AudioDurationCorrection")
    | {"SelectorType": {"TRACK"}, "ProgramSelection": {0, 1}},
    f"{INPUT}/AudioSelectors/*/RemixSettings": REMIX,
    f"{INPUT}/AudioSelectorGroups/*": _any("AudioSelectorNames"),
    f"{INPUT}/CaptionSelectors/*": _any("LanguageCode", "CustomLanguageCode", "SourceSettings"),
    f"{INPUT}/CaptionSelectors/*/SourceSettings": {
        "SourceType": {"WEBVTT", "SRT", "NULL_SOURCE"},
        "FileSourceSettings": ANY,
    },
    f"{INPUT}/CaptionSelectors/*/SourceSettings/FileSourceSettings": _any("SourceFile", "TimeDelta")
    | _any("TimeDeltaUnits", "ByteRateLimit", "Framerate")
    | {"Convert608To708": {"DISABLED"}, "ConvertPaintToPop": {"DISABLED"}},
    f"{INPUT}/ImageInserter": _any("InsertableImages", "SdrReferenceWhiteLevel"),
    f"{INPUT}/ImageInserter/InsertableImages": IMAGE,
    f"{INPUT}/InputClippings": _any("StartTimecode", "EndTimecode"),
}
GROUPS: dict[str, Place] = {
    GROUP: _any("OutputGroupSettings", "Outputs", "Name", "CustomName", "AutomatedEncodingSettings"),
    f"{GROUP}/AutomatedEncodingSettings": _any("AbrSettings"),
    f"{GROUP}/AutomatedEncodingSettings/AbrSettings": _any("MaxAbrBitrate", "MinAbrBitrate")
    | _any("MaxRenditions", "MaxQualityLevel"),
    f"{GROUP}/OutputGroupSettings": _any("HlsGroupSettings", "FileGroupSettings")
    | {"Type": {"HLS_GROUP_SETTINGS", "FILE_GROUP_SETTINGS"}},
    f"{GROUP}/OutputGroupSettings/FileGroupSettings": _any("Destination", "DestinationSettings"),
    HLS: _any("Destination", "DestinationSettings", "SegmentLength", "SegmentControl", "MinSegmentLength")
    | _any("MinFinalSegmentLength", "ManifestDurationFormat", "CodecSpecification", "StreamInfResolution")
    | _any("ClientCache", "ImageBasedTrickPlaySettings", "CaptionSegmentLengthControl", "AudioOnlyHeader")
    | _any("AdMarkers", "ProgramDateTimePeriod", "ProgressiveWriteHlsManifest", "TimedMetadataId3Period")
    | _any("TargetDurationCompatibilityMode")
    | {
        "SegmentLengthControl": {"EXACT", "GOP_MULTIPLE"},
        "DirectoryStructure": {"SINGLE_DIRECTORY"},
        "ManifestCompression": {"NONE"},
        "OutputSelection": {"MANIFESTS_AND_SEGMENTS"},
        "ImageBasedTrickPlay": {"NONE", "ADVANCED"},
        "CaptionLanguageSetting": {"OMIT"},
        "ProgramDateTime": {"EXCLUDE"},
        "TimedMetadataId3Frame": {"NONE"},
    },
    f"{HLS}/ImageBasedTrickPlaySettings": _any("ThumbnailInterval", "ThumbnailWidth", "TileWidth")
    | _any("TileHeight")
    | {"IntervalCadence": {"FOLLOW_CUSTOM"}},
}
OUTPUTS: dict[str, Place] = {
    OUTPUT: _any("NameModifier", "Extension", "ContainerSettings", "VideoDescription", "AudioDescriptions")
    | _any("CaptionDescriptions", "OutputSettings"),
    f"{OUTPUT}/OutputSettings": _any("HlsSettings"),
    f"{OUTPUT}/OutputSettings/HlsSettings": _any("AudioGroupId", "AudioRenditionSets", "AudioTrackType")
    | _any("AudioOnlyContainer")
    | {"IFrameOnlyManifest": {"EXCLUDE"}, "DescriptiveVideoServiceFlag": {"DONT_FLAG"}},
    f"{OUTPUT}/ContainerSettings": _any("M3u8Settings", "Mp4Settings")
    | {"Container": {"M3U8", "MP4", "RAW"}},
    f"{OUTPUT}/ContainerSettings/Mp4Settings": _any("MoovPlacement", "CslgAtom", "FreeSpaceBox")
    | _any("AudioDuration", "CttsVersion", "Mp4MajorBrand"),
    VIDEO: _any("Width", "Height", "ScalingBehavior", "VideoPreprocessors", "CodecSettings", "Sharpness")
    | _any("AntiAlias", "ColorMetadata", "ChromaPositionMode", "DropFrameTimecode")
    | {
        "TimecodeInsertion": {"DISABLED"},
        "TimecodeTrack": {"DISABLED"},
        "RespondToAfd": {"NONE"},
        "AfdSignaling": {"NONE"},
    },
    f"{VIDEO}/VideoPreprocessors": _any("ColorCorrector", "Deinterlacer", "ImageInserter"),
    # Every output is SDR and BT.709, so that both values come to the same.
    f"{VIDEO}/VideoPreprocessors/ColorCorrector": {
        "ColorSpaceConversion": {"NONE", "FORCE_709"},
        "HdrToSdrToneMapper": ANY,
        "SampleRangeConversion": {"NONE", "LIMITED_RANGE_SQUEEZE"},
    },
    f"{VIDEO}/VideoPreprocessors/Deinterlacer": {
        "Mode": {"DEINTERLACE"},
        "Control": {"NORMAL"},
        "Algorithm": {"INTERPOLATE", "INTERPOLATE_TICKER", "LINEAR_INTERPOLATION"},
    },
    f"{VIDEO}/VideoPreprocessors/ImageInserter": _any("InsertableImages", "SdrReferenceWhiteLevel"),
    f"{VIDEO}/VideoPreprocessors/ImageInserter/InsertableImages": IMAGE,
    f"{VIDEO}/CodecSettings": _any("H264Settings", "FrameCaptureSettings")
    | {"Codec": {"H_264", "FRAME_CAPTURE"}},
    f"{VIDEO}/CodecSettings/FrameCaptureSettings": RATE | _any("MaxCaptures", "Quality"),
    f"{VIDEO}/CodecSettings/H264Settings": RATE
    | _any("RateControlMode", "Bitrate", "MaxBitrate", "QvbrSettings", "QualityTuningLevel", "CodecLevel")
    | _any("FramerateControl", "GopSize", "GopSizeUnits", "GopClosedCadence", "GopBReference")
    | _any("NumberBFramesBetweenReferenceFrames", "NumberReferenceFrames", "EntropyEncoding", "HrdBufferSize")
    | _any("HrdBufferInitialFillPercentage", "HrdBufferFinalFillPercentage", "SceneChangeDetect", "Slices")
    | _any("AdaptiveQuantization", "SpatialAdaptiveQuantization", "TemporalAdaptiveQuantization", "Syntax")
    | _any("FlickerAdaptiveQuantization", "DynamicSubGop", "MinIInterval", "RepeatPps", "FieldEncoding")
    | _any("EndOfStreamMarkers", "ParControl", "PerFrameMetrics", "SaliencyAwareEncoding")
    | {
        "CodecProfile": {"BASELINE", "MAIN", "HIGH"},
        "FramerateConversionAlgorithm": {"DUPLICATE_DROP"},
        "InterlaceMode": {"PROGRESSIVE"},
        "ParNumerator": {1},
        "ParDenominator": {1},
        "SlowPal": {"DISABLED"},
        "Telecine": {"NONE"},
        "UnregisteredSeiTimecode": {"DISABLED"},
        "Softness": {0},
        "WriteMp4PackagingType": {"AVC1"},
    },
    AUDIO: _any(
        "AudioSourceName", "AudioNormalizationSettings", "CodecSettings", "RemixSettings", "StreamName"
    )
    | _any("LanguageCode", "CustomLanguageCode", "LanguageCodeControl", "AudioType", "AudioTypeControl"),
    f"{AUDIO}/RemixSettings": REMIX,
    f"{AUDIO}/AudioNormalizationSettings": _any("Algorithm", "AlgorithmControl", "CorrectionGateLevel")
    | _any("LoudnessLogging", "PeakCalculation", "TargetLkfs", "TruePeakLimiterThreshold"),
    f"{AUDIO}/CodecSettings": {"Codec": {"AAC"}, "AacSettings": ANY},
    f"{AUDIO}/CodecSettings/AacSettings": _any("Bitrate", "SampleRate", "RateControlMode", "VbrQuality")
    | _any("Specification")
    | {
        "CodecProfile": {"LC"},
        "CodingMode": {"CODING_MODE_1_0", "CODING_MODE_2_0", "CODING_MODE_5_1"},
        "RawFormat": {"NONE"},
        "AudioDescriptionBroadcasterMix": {"NORMAL"},
    },
    CAPTIONS: _any("CaptionSelectorName", "LanguageCode", "CustomLanguageCode", "LanguageDescription")
    | _any("DestinationSettings"),
    f"{CAPTIONS}/DestinationSettings": _any("BurninDestinationSettings", "WebvttDestinationSettings")
    | {"DestinationType": {"BURN_IN", "WEBVTT"}},
    f"{CAPTIONS}/DestinationSettings/WebvttDestinationSettings": {
        "Accessibility": {"DISABLED"},
        "StylePassthrough": {"DISABLED", "ENABLED", "STRICT"},
    },
    f"{CAPTIONS}/DestinationSettings/BurninDestinationSettings": _any("Alignment", "ApplyFontColor")
    | _any("BackgroundColor", "BackgroundOpacity", "FontColor", "FontOpacity", "FontResolution", "FontScript")
    | _any("FontSize", "HexFontColor", "OutlineColor", "OutlineSize", "RemoveRubyReserveAttributes")
    | _any("ShadowColor", "ShadowOpacity", "ShadowXOffset", "ShadowYOffset", "TeletextSpacing")
    | _any("XPosition", "YPosition")
    | {
        "FallbackFont": {"BEST_MATCH", "PROPORTIONAL_SANSSERIF"},
        "StylePassthrough": {"DISABLED"},
    },
}
PLACES = REQUEST | INPUTS | GROUPS | OUTPUTS
MAPS = ("/AudioSelectors", "/AudioSelectorGroups", "/CaptionSelectors")


def refuse_what_is_not_understood(request: dict[str, Any]) -> None:
    """Raises Invalid for every property or value that would change a result and cannot be rendered here."""
    problems = list(_walk(request, "", ""))
    for index, group in enumerate(request["Settings"]["OutputGroups"]):
        problems += name_problems(group, f"/settings/outputGroups/{index}")
    if problems:
        raise Invalid(problems)


def _walk(value: Any, path: str, pointer: str) -> Iterator[str]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, path, f"{pointer}/{index}")
    elif isinstance(value, dict) and path.endswith(MAPS):
        for name, item in value.items():
            yield from _walk(item, f"{path}/*", f"{pointer}/{name}")
    elif isinstance(value, dict) and path in PLACES:
        for name, item in value.items():
            here = f"{pointer}/{name[0].lower()}{name[1:]}"
            if name not in PLACES[path]:
                yield f"{here}: cannot be rendered on this machine"
                continue
            allowed = PLACES[path][name]
            if allowed is not None and item not in allowed:
                yield f"{here}: {item} cannot be rendered on this machine"
            yield from _walk(item, f"{path}/{name}", here)
