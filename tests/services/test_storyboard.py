"""Cues point at the picture of their own moment: of tiles that are full, part full, and of several."""

import re

import pytest

from services.playback.storyboard import image_playlist, read_tiles, storyboard_vtt

PLAYLIST = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:12
#EXT-X-IMAGES-ONLY
#EXTINF:12.000,
#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=3x2,DURATION=2.000
tiles_00001.jpg
#EXTINF:4.500,
tiles_00002.jpg
#EXT-X-ENDLIST
"""


def cues(vtt):
    return re.findall(r"(\S+) --> (\S+)\n(\S+)#xywh=(\S+)\n", vtt)


def test_every_moment_has_its_picture():
    vtt = storyboard_vtt(read_tiles(PLAYLIST), ["one?sig", "two?sig"])
    assert vtt.startswith("WEBVTT\n\n")
    assert cues(vtt) == [
        ("00:00:00.000", "00:00:02.000", "one?sig", "0,0,160,90"),
        ("00:00:02.000", "00:00:04.000", "one?sig", "160,0,160,90"),
        ("00:00:04.000", "00:00:06.000", "one?sig", "320,0,160,90"),
        ("00:00:06.000", "00:00:08.000", "one?sig", "0,90,160,90"),
        ("00:00:08.000", "00:00:10.000", "one?sig", "160,90,160,90"),
        ("00:00:10.000", "00:00:12.000", "one?sig", "320,90,160,90"),
        ("00:00:12.000", "00:00:14.000", "two?sig", "0,0,160,90"),
        ("00:00:14.000", "00:00:16.000", "two?sig", "160,0,160,90"),
        ("00:00:16.000", "00:00:16.500", "two?sig", "320,0,160,90"),
    ]


@pytest.mark.parametrize(
    ("lasts", "count"), [("0.400", 1), ("1.000", 1), ("1.040", 1), ("1.060", 2), ("3600.000", 6)]
)
def test_a_tile_has_as_many_pictures_as_its_time_has_room_for(lasts, count):
    text = f'#EXT-X-TILES:RESOLUTION=8x4096,LAYOUT="3x2",DURATION=1\n#EXTINF:{lasts},\na.jpg\n'
    found = cues(storyboard_vtt(read_tiles(text), ["a"]))
    assert len(found) == count
    seconds, _, rest = lasts.partition(".")
    assert found[-1][1].endswith(f"{int(seconds) % 60:02}.{rest[:3]}")


def test_hours_are_written_out():
    text = "#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=1x1,DURATION=3725.5\n#EXTINF:3725.5,\na.jpg\nb.jpg\n"
    assert cues(storyboard_vtt(read_tiles(text), ["a", "b"]))[1][0] == "01:02:05.500"


def test_the_master_says_where_the_pictures_are():
    master = '#EXTM3U\n#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,CODECS="jpeg",URI="index_tiles.m3u8"\n'
    assert image_playlist(master) == "index_tiles.m3u8"
    assert image_playlist("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n") is None
    assert image_playlist(master.replace("index_tiles", "../other")) is None
    assert read_tiles("#EXTM3U\n#EXTINF:1,\na.jpg\n") == []
