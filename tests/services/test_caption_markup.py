"""What becomes of tags, entities, places and settings in captions."""

import pytest

from services.captions import Cue, read_captions


def shown(text: str, settings: str = "") -> Cue:
    """The only cue of a WebVTT file with this text."""
    (cue,) = read_captions(f"WEBVTT\n\n00:01.000 --> 00:02.000 {settings}\n{text}\n".encode()).cues
    return cue


def shown_of_subrip(text: str) -> Cue:
    """The only cue of a SubRip file with this text."""
    (cue,) = read_captions(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n".encode()).cues
    return cue


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>a</b> <i>b</i> <u>c</u>", "<b>a</b> <i>b</i> <u>c</u>"),
        ("<i>open", "<i>open</i>"),
        ("closed</i>", "closed"),
        ("<b><i>crossed</b></i>", "<b><i>crossed</i></b>"),
        ("<c.yellow.bg_blue>text</c> <lang en>x</lang>", "text x"),
        ("one<00:00:02.000> two<00:02.500><c> three</c>", "one two three"),
        ("<v Ada>Hi", "<v Ada>Hi</v>"),
        ("<ruby>漢<rt>かん</rt></ruby>", "<ruby>漢<rt>かん</rt></ruby>"),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("I <3 you; a --> b", "I &lt;3 you; a --&gt; b"),
        ("&lt;b&gt; AT&amp;T &nbsp;&eacute;", "&lt;b&gt; AT&amp;T \u00a0é"),
        ("R&D &copy; &unknown;", "R&amp;D © &amp;unknown;"),
        ("<blink>x</blink>", "x"),
        ("10:00 - 11:00 in the hall", "10:00 - 11:00 in the hall"),
        ("\u202bשלום\u202c \U0001f600", "\u202bשלום\u202c \U0001f600"),
        ("tab\there\x07", "tab here"),
    ],
)
def test_markup_of_webvtt(text: str, expected: str) -> None:
    assert shown(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<font color="#ff0000" size="4">red</font>', "red"),
        ("<B>bold</B> <em>so</em> <s>gone</s>", "<b>bold</b> <i>so</i> gone"),
        ("<laughs> <Ada & Bob>", "&lt;laughs&gt; &lt;Ada &amp; Bob&gt;"),
        ("{\\i1}slanted{\\i0} {braces}", "slanted {braces}"),
        ("{b}text --> more", "{b}text --&gt; more"),
    ],
)
def test_markup_of_subrip(text: str, expected: str) -> None:
    assert shown_of_subrip(text).text == expected


@pytest.mark.parametrize(
    ("pad", "settings"),
    [(1, "align:start"), (2, ""), (5, "line:50%"), (8, "line:0"), (9, "line:0 align:end")],
)
def test_places_of_subrip(pad: int, settings: str) -> None:
    assert shown_of_subrip(f"{{\\an{pad}}}Hi") == Cue(1000, 2000, "Hi", settings)


def test_settings_that_no_player_knows_are_left_out() -> None:
    wrong = "line:top size:500000% position:1 align:middle vertical:up foo:bar line:1 line:2"
    assert shown("Hi", wrong).settings == "line:2"
