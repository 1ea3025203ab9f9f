from pathlib import Path

import pytest

from client import config

NO_PAGE = (None, None, 3.0, None, None, False)


@pytest.fixture
def there(tmp_path, monkeypatch):
    """Files of these names, in the present folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("back.jpg", "logo.png", "tune.mp3", "en.vtt", "de.srt", "a=b.vtt"):
        Path(name).write_bytes(b"any")
    Path("empty.png").touch()


def test_a_title_page_has_an_image_or_a_colour(there):
    page = {"title": "T", "subtitle": "S", "durationMs": 2500}
    with_images = page | {"backgroundUploadId": Path("back.jpg"), "logoUploadId": Path("logo.png")}
    assert config.title_page("T", "S", 2.5, "back.jpg", Path("logo.png"), False) == {"titlePage": with_images}
    colour = {"titlePage": page | {"background": "#a0B1c2"}}
    assert config.title_page("T", "S", 2.5, "#a0B1c2", None, False) == colour
    assert config.title_page(*NO_PAGE) == {}
    assert config.title_page("T", None, 3.0, None, None, True) == {}


def test_every_lower_third_has_the_looks():
    first, second = config.lower_thirds(["A@1-2", "B@3-4"], "Bar", "top-right", "#123456")["lowerThirds"]
    looks = {"style": "BAR", "position": "TOP_RIGHT", "accent": "#123456"}
    assert first == {"text": "A", "startMs": 1000, "endMs": 2000} | looks
    assert second == {"text": "B", "startMs": 3000, "endMs": 4000} | looks
    assert config.lower_thirds([], None, None, None) == {"lowerThirds": []}


def test_sound(there):
    tune = Path("tune.mp3")
    asked = config.audio(True, -14.0, False, 2.0, tune, -9.0)["audio"]
    music = {"uploadId": tune, "gainDb": -9.0}
    assert asked == {"mode": "NORMALIZE", "targetLkfs": -14.0, "gainDb": 2.0, "music": music}
    assert config.audio(False, -16.0, True, None, tune, None) == {
        "audio": {"mode": "MUTE", "music": {"uploadId": tune}}
    }
    assert config.audio(False, -16.0, False, None, None, None) == {}


def test_kept_ranges_stay_in_their_order():
    keep = [{"startMs": 5000, "endMs": 6500}, {"startMs": 0, "endMs": 2000}]
    assert config.trim(["5-6.5", "0-2"]) == {"trim": {"keep": keep}}
    assert config.trim([]) == {}


def test_captions_have_a_language_and_a_file_may_have_an_equals_sign(there):
    tracks = [
        {"language": "en", "uploadId": Path("en.vtt")},
        {"language": "pt-BR", "uploadId": Path("a=b.vtt")},
    ]
    assert config.captions(["en=en.vtt", "pt-BR=a=b.vtt"], None) == {"captions": tracks}
    drawn = {"uploadId": Path("de.srt"), "mode": "BURN_IN"}
    assert config.captions([], "de.srt") == {"captions": [drawn]}
    assert config.captions([], "de=de.srt") == {"captions": [drawn | {"language": "de"}]}
    assert config.captions([], "a=b.vtt")["captions"][0]["uploadId"] == Path("a=b.vtt")
    assert config.captions([], None) == {}


def test_outputs_and_the_poster():
    assert config.outputs(False, True, 720) == {"outputs": {"mp4": False, "audio": True, "maxHeight": 720}}
    assert config.outputs(True, False, None) == {"outputs": {"mp4": True, "audio": False}}
    assert config.poster(1.5) == {"posterAtMs": 1500}
    assert config.poster(None) == {}


def test_each_file_is_sent_once_and_its_id_stands_wherever_it_is_used(there):
    logo = Path("logo.png")
    wanted = config.title_page("T", None, 3.0, "logo.png", logo, False)
    wanted |= config.captions(["en=en.vtt", "de=en.vtt"], None)
    assert config.files_in(wanted) == [logo, Path("en.vtt")]
    told = config.with_uploads(wanted, {logo: "L", Path("en.vtt"): "C"})
    assert told["titlePage"]["backgroundUploadId"] == told["titlePage"]["logoUploadId"] == "L"
    assert [caption["uploadId"] for caption in told["captions"]] == ["C", "C"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            lambda: config.title_page(None, None, 3.0, None, Path("logo.png"), False),
            "--logo stands on the title page: give --title too.",
        ),
        (
            lambda: config.title_page("T", None, 3.0, "#000000", None, True),
            "--background stands on the title page: leave out --no-title-page.",
        ),
        (
            lambda: config.title_page("T", None, float("nan"), None, None, False),
            "--title-seconds cannot be nan.",
        ),
        (
            lambda: config.title_page("T", None, 3.0, "blue", None, False),
            "There is no file “blue”.",
        ),
        (
            lambda: config.title_page("T", None, 3.0, None, Path("empty.png"), False),
            "“empty.png” is empty.",
        ),
        (
            lambda: config.lower_thirds(["A@1-2"], "fancy", None, None),
            "--style cannot be “fancy”, only panel, bar or plain.",
        ),
        (
            lambda: config.lower_thirds([], None, "top-left", None),
            "--position is about lower thirds: give --lower-third too.",
        ),
        (
            lambda: config.audio(False, -16.0, False, None, None, -9.0),
            "--music-gain is about the music: give --music too.",
        ),
        (
            lambda: config.audio(False, -16.0, False, float("inf"), None, None),
            "--gain cannot be inf.",
        ),
        (
            lambda: config.captions(["en.vtt"], None),
            "“en.vtt” is not language=file, such as en=captions.vtt.",
        ),
        (lambda: config.captions(["en=missing.vtt"], None), "There is no file “missing.vtt”."),
        (lambda: config.captions(["a b=en.vtt"], None), "“a b=en.vtt” is not language=file"),
        (lambda: config.poster(-1), "--poster cannot be -1."),
    ],
)
def test_what_is_wrong_is_said(there, asked, message):
    with pytest.raises(ValueError) as raised:
        asked()
    assert str(raised.value).startswith(message)
