from uuid import UUID

import pytest

import models
from services.playback.default_captions import default_captions_playlist, with_default_captions
from services.production_config import Caption, CaptionMode, ProductionConfig

FILE = UUID(int=1)
TRACK = '#EXT-X-MEDIA:TYPE=SUBTITLES,NAME="{name}",DEFAULT={default},URI="index_captions_{n}.m3u8"'
SOUND = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",DEFAULT=YES,URI="sound.m3u8"'


def master(first: str, second: str, line_end: str = "\n") -> str:
    lines = [
        "#EXTM3U",
        SOUND,
        TRACK.format(name="DEFAULT=YES, TYPE=AUDIO", default=first, n=1),
        TRACK.format(name="Deutsch", default=second, n=11),
        '#EXT-X-STREAM-INF:BANDWIDTH=1,SUBTITLES="subs"',
        "index_720.m3u8",
        "",
    ]
    return line_end.join(lines)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_only_the_chosen_track_is_the_default(line_end: str) -> None:
    written = master("YES", "NO", line_end)
    assert with_default_captions(written, None) == master("NO", "NO", line_end)
    assert with_default_captions(written, "_captions_11.m3u8") == master("NO", "YES", line_end)
    assert with_default_captions(written, "_captions_1.m3u8") == written


def test_a_track_that_does_not_say_is_told() -> None:
    line = '#EXT-X-MEDIA:TYPE=SUBTITLES,URI="index_captions_1.m3u8"'
    assert with_default_captions(line, "_captions_1.m3u8") == line.replace(
        "TYPE=SUBTITLES", "TYPE=SUBTITLES,DEFAULT=YES"
    )


def test_the_configs_default_is_a_track_to_choose() -> None:
    def ending(*captions: Caption) -> str | None:
        return default_captions_playlist(models.Render(config=ProductionConfig(captions=captions).to_json()))

    assert ending() is None
    assert ending(Caption(FILE), Caption(FILE, "de")) is None
    assert ending(Caption(FILE), Caption(FILE, "de", is_default=True)) == "_captions_2.m3u8"
    assert ending(Caption(FILE, mode=CaptionMode.BURN_IN, is_default=True)) is None
