from typing import Any
from uuid import UUID

import pytest
from botocore.session import get_session

from services.job_settings.caption_languages import (
    CODES,
    drawing_fields,
    font_script,
    is_well_formed,
    language_fields,
    track_name,
)
from services.production_config import Caption, CaptionMode, OutputsConfig, ProductionConfig, TitlePage
from tests.services.job_settings.cases import job_of, kept, outputs_of

FILE = UUID(int=1)


def captions_of(*captions: Caption, **parts: Any) -> dict[str, Any]:
    return job_of(ProductionConfig(captions=captions, **parts))


def test_the_service_lists_every_language_of_the_table() -> None:
    shape: Any = get_session().get_service_model("mediaconvert").shape_for("LanguageCode")
    assert set(CODES.values()) <= set(shape.enum)
    # What it has besides is historic, reserved, or another name of one of these.
    assert set(shape.enum) - set(CODES.values()) == {
        *("BIH", "ENM", "FRM", "GER", "ORJ", "QAA", "QPC", "SRB", "TNG"),
    }


@pytest.mark.parametrize(
    ("tag", "fields"),
    [
        ("en", {"LanguageCode": "ENG"}),
        ("EN", {"LanguageCode": "ENG"}),
        ("deu", {"LanguageCode": "DEU"}),
        ("pt-BR", {"CustomLanguageCode": "pt-BR"}),
        ("zh-Hant-TW", {"CustomLanguageCode": "zh-Hant-TW"}),
        ("yue", {"CustomLanguageCode": "yue"}),
        # The service takes no digits.
        ("es-419", {"LanguageCode": "SPA"}),
        ("yue-x-1", {"CustomLanguageCode": "yue"}),
    ],
)
def test_languages_of_tracks(tag: str, fields: dict[str, str]) -> None:
    assert language_fields(tag) == fields


def test_a_drawn_language_only_chooses_a_font() -> None:
    assert drawing_fields("pt-BR") == {"LanguageCode": "POR"}
    assert drawing_fields("yue") == {"CustomLanguageCode": "yue"}
    scripts = {tag: font_script(tag) for tag in ("zh", "zh-CN", "zh-Hant", "zh-HK", "ja")}
    assert scripts == {"zh": "HANS", "zh-CN": "HANS", "zh-Hant": "HANT", "zh-HK": "HANT", "ja": None}


@pytest.mark.parametrize(
    "tag",
    ["en", "pt-BR", "zh-Hant-TW", "es-419", "sl-rozaj-biske", "de-DE-u-co-phonebk", "hy-Latn-IT-arevela"],
)
def test_well_formed_tags(tag: str) -> None:
    assert is_well_formed(tag)


@pytest.mark.parametrize(
    "tag",
    ["", "e", "english", "en_US", "en-", "-en", "en-US-GB-x", "en--US", "de-419-DE", "ｅｎ", "en\n", "e1"],
)
def test_malformed_tags(tag: str) -> None:
    assert not is_well_formed(tag)


def test_tracks_are_called_by_their_label_or_their_language() -> None:
    names = [track_name(tag, None) for tag in ("en", "deu", "pt-BR", "nb", "yue-HK")]
    assert names == ["English", "German", "Portuguese (BR)", "Norwegian Bokmål", "yue-HK"]
    assert track_name("en", "For the deaf") == "For the deaf"


def test_every_track_is_an_output_and_the_default_comes_first() -> None:
    job = captions_of(Caption(FILE), Caption(FILE, "de", is_default=True), Caption(FILE, "fr-CA", "Québec"))
    tracks = [output for output in outputs_of(job) if "VideoDescription" not in output]
    described = [output["CaptionDescriptions"][0] for output in tracks[:3]]
    assert [output["NameModifier"] for output in tracks] == ["_captions_2", "_captions_1", "_captions_3"]
    assert [(track["CaptionSelectorName"], track["LanguageDescription"]) for track in described] == [
        ("Captions Selector 2", "German"),
        ("Captions Selector 1", "English"),
        ("Captions Selector 3", "Québec"),
    ]
    files = [
        selector["SourceSettings"]["FileSourceSettings"]["SourceFile"].rpartition("/")[2]
        for selector in job["Settings"]["Inputs"][0]["CaptionSelectors"].values()
    ]
    assert files == ["captions-1.vtt", "captions-2.vtt", "captions-3.vtt"]


def test_every_input_has_as_many_selectors_as_the_others() -> None:
    title = TitlePage("Title")
    job = captions_of(Caption(FILE), title_page=title, trim=kept((5000, 9000), (0, 2000)))
    types = [
        [selector["SourceSettings"]["SourceType"] for selector in each["CaptionSelectors"].values()]
        for each in job["Settings"]["Inputs"]
    ]
    assert types == [["NULL_SOURCE"], ["WEBVTT"], ["WEBVTT"]]


def test_burnt_in_captions_are_in_every_video_and_not_in_the_poster() -> None:
    burned = Caption(FILE, "de", mode=CaptionMode.BURN_IN)
    job = captions_of(Caption(FILE), burned, outputs=OutputsConfig(max_height=720, mp4=True, audio=True))
    drawn = {
        (group["CustomName"], output.get("NameModifier")): [
            (
                caption["CaptionSelectorName"],
                caption["DestinationSettings"]["BurninDestinationSettings"]["FontSize"],
            )
            for caption in output.get("CaptionDescriptions", [])
            if caption["DestinationSettings"]["DestinationType"] == "BURN_IN"
        ]
        for group in job["Settings"]["OutputGroups"]
        for output in group["Outputs"]
    }
    second = "Captions Selector 2"
    assert drawn == {
        ("hls", "_720"): [(second, 36)],
        ("hls", "_480"): [(second, 24)],
        ("hls", "_360"): [(second, 18)],
        ("hls", "_captions_1"): [],
        ("mp4", "_720"): [(second, 36)],
        ("audio", None): [],
        ("poster", "_720"): [],
    }


def test_without_captions_nothing_is_said_of_them() -> None:
    text = repr(job_of(ProductionConfig(TitlePage("Title"))))
    assert "Caption" not in text
