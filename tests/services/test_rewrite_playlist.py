import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.playback.rewrite_playlist import ForeignUri, media_names, rewrite_playlist

MASTER = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",URI="audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"
rung_720.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="iframes.m3u8"
#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,URI="thumbnails.m3u8"
"""
MEDIA = """#EXTM3U\r
#EXT-X-MAP:URI="init.mp4",BYTERANGE="1@0"\r
#EXT-X-KEY:METHOD=AES-128,URI="key.bin"\r
#EXTINF:6.000,\r
rung_720_00001.ts\r
# a comment about rung_720_00002.ts\r
#EXTINF:6.000,\r
rung_720_00001.ts\r
#EXT-X-ENDLIST"""


def moved(text):
    return rewrite_playlist(
        text, playlist_url=lambda name: f"child/{name}", media_url=lambda name: f"https://s3/{name}?sig"
    )


def test_every_playlist_of_a_master_is_moved():
    assert moved(MASTER) == MASTER.replace("audio.m3u8", "child/audio.m3u8").replace(
        "rung_720.m3u8", "child/rung_720.m3u8"
    ).replace("iframes.m3u8", "child/iframes.m3u8").replace("thumbnails.m3u8", "child/thumbnails.m3u8")


def test_every_file_of_a_media_playlist_is_moved_and_no_other_byte():
    expected = MEDIA.replace('"init.mp4"', '"https://s3/init.mp4?sig"')
    expected = expected.replace('"key.bin"', '"https://s3/key.bin?sig"')
    expected = expected.replace("\r\nrung_720_00001.ts", "\r\nhttps://s3/rung_720_00001.ts?sig")
    assert moved(MEDIA) == expected
    assert media_names(MEDIA) == ["init.mp4", "key.bin", "rung_720_00001.ts"]


@pytest.mark.parametrize(
    "name", ["../x.ts", "/etc/passwd", "https://evil/x.ts", "..", "a/b.ts", "a b.ts", "é.ts"]
)
def test_what_leads_elsewhere_is_refused(name):
    with pytest.raises(ForeignUri):
        moved(f"#EXTM3U\n{name}\n")
    with pytest.raises(ForeignUri):
        moved(f'#EXTM3U\n#EXT-X-MAP:URI="{name}"\n')


LINES = st.lists(
    st.sampled_from(["#EXTM3U", "#EXTINF:6.0,", "# note", "", "#EXT-X-ENDLIST", "a_00001.ts", "b.m3u8"])
)


@given(LINES, st.sampled_from(["\n", "\r\n"]))
def test_moving_names_to_themselves_changes_nothing(lines, ending):
    text = ending.join(lines)
    assert rewrite_playlist(text, playlist_url=lambda name: name, media_url=lambda name: name) == text


@pytest.mark.parametrize(
    "line", ["#EXTINF:6.0,a\u2028b", "#EXTINF:6.0,a\x0cb", '#EXTINF:6.0,URI="no address"', "# \x85../x.ts"]
)
def test_what_only_looks_like_a_name_stays(line):
    text = f"#EXTM3U\n{line}\na.ts\n"
    assert moved(text) == text.replace("\na.ts", "\nhttps://s3/a.ts?sig")


def test_a_quoted_value_holds_no_attribute():
    line = '#EXT-X-MEDIA:TYPE=AUDIO,NAME="x,URI=",CHARACTERISTICS="a=b", URI="a.m3u8"\n'
    assert moved(line) == line.replace("a.m3u8", "child/a.m3u8")


TITLES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"))


@given(st.lists(st.tuples(TITLES, st.sampled_from(["a.ts", "b.m4s"]))), st.sampled_from(["\n", "\r\n"]))
def test_titles_are_never_touched(segments, ending):
    def playlist(before, after):
        lines = [f"#EXTINF:6.0,{title}{ending}{before}{name}{after}" for title, name in segments]
        return ending.join(["#EXTM3U", *lines, "#EXT-X-ENDLIST"])

    assert moved(playlist("", "")) == playlist("https://s3/", "?sig")
