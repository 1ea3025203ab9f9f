"""Captions as people have them: every file below is like one that a common program writes."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.captions import (
    CaptionsFormat,
    CaptionsInvalid,
    Cue,
    clean_webvtt,
    read_captions,
    write_webvtt,
)

SRT = CaptionsFormat.SRT
SUBRIP = "1\n00:00:01,000 --> 00:00:02,500\nÀ bientôt\n"
BIENTOT = (Cue(1000, 2500, "À bientôt"),)


def webvtt(body: str) -> tuple[Cue, ...]:
    captions = read_captions(b"WEBVTT\n\n" + body.encode())
    assert captions.format is CaptionsFormat.WEBVTT
    return captions.cues


def subrip(body: str) -> tuple[Cue, ...]:
    captions = read_captions(body.encode())
    assert captions.format is SRT
    return captions.cues


def refusal(body: bytes | str) -> tuple[int | None, str]:
    with pytest.raises(CaptionsInvalid) as caught:
        read_captions(body.encode() if isinstance(body, str) else body)
    return caught.value.line, str(caught.value)


def test_a_webvtt_file_with_all_that_it_may_have() -> None:
    body = """\ufeffWEBVTT - Programme 7
Kind: captions
Language: en

STYLE
::cue { color: lime }

REGION
id:left
width:40%

NOTE Times are 5 --> 6 frames late,
says Ada

intro
00:01.000 --> 00:04.500 line:0 position:20%,line-left region:left align:start
<v.loud Ada Lovelace>Hello <i>all

12
01:00:05.000 --> 100:00:06.250
- Who?
- Me.
"""
    captions = read_captions(body.encode())
    assert captions.format is CaptionsFormat.WEBVTT
    assert captions.cues == (
        Cue(1000, 4500, "<v Ada Lovelace>Hello <i>all</i></v>", "line:0 position:20%,line-left align:start"),
        Cue(3_605_000, 360_006_250, "- Who?\n- Me."),
    )


@pytest.mark.parametrize(
    "body",
    [
        SUBRIP.encode(),
        SUBRIP.encode("utf-8-sig"),
        SUBRIP.encode("utf-16"),
        b"\xfe\xff" + SUBRIP.encode("utf-16-be"),
        SUBRIP.encode("utf-16-le"),
        SUBRIP.encode("utf-16-be"),
        SUBRIP.encode("utf-32"),
        SUBRIP.encode("cp1252"),
        SUBRIP.replace("\n", "\r\n").encode("cp1252"),
        SUBRIP.replace("\n", "\r").encode(),
        b"\n\n" + SUBRIP.encode(),
        SUBRIP.rstrip("\n").encode(),
    ],
)
def test_encodings_and_line_ends(body: bytes) -> None:
    assert read_captions(body).cues == BIENTOT


def test_what_only_latin1_has_is_read_too() -> None:
    assert read_captions(SUBRIP.replace("À", "A\x81").encode("latin-1")).cues == (
        Cue(1000, 2500, "A bientôt"),
    )


def test_a_broken_place_in_unicode_is_named_instead_of_guessed() -> None:
    body = SUBRIP.encode() + "\n2\n00:00:03,000 --> 00:00:04,000\nÉté ".encode() + b"\xff\n"
    assert refusal(body) == (7, "Line 7 is damaged: the text is UTF-8, but not there.")
    assert refusal(SUBRIP.encode("utf-16")[:-1])[0] == 3


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [
        ("00:00:01,000 --> 00:00:02,500", 1000, 2500),
        ("0:00:01.000-->0:00:02.500", 1000, 2500),
        ("00:01.0 --> 00:02.5", 1000, 2500),
        ("1:1,000 --> 1:2,500", 61_000, 62_500),
        ("00:00:01 --> 00:00:02", 1000, 2000),
        ("00:00:01,000999 --> 00:00:02,500999", 1000, 2500),
        ("  00:00:01,000   -->\t00:00:02,500  ", 1000, 2500),
        ("00:00:01,000 --> 00:00:02,500  X1:201 X2:516 Y1:397 Y2:423", 1000, 2500),
    ],
)
def test_times_as_they_are_written(span: str, start: int, end: int) -> None:
    assert subrip(f"1\n{span}\nHello\n") == (Cue(start, end, "Hello"),)
    assert [(cue.start_ms, cue.end_ms) for cue in webvtt(f"{span}\nHello\n")] == [(start, end)]


def test_subrip_with_empty_lines_in_texts_and_without_numbers() -> None:
    body = """7
00:00:01,000 --> 00:00:02,000
One

and more

8
00:00:03,000 --> 00:00:04,000

00:00:05,000 --> 00:00:06,000
Two
in 2019

00:00:07,000 --> 00:00:08,000
1984
"""
    assert subrip(body) == (
        Cue(1000, 2000, "One\nand more"),
        Cue(5000, 6000, "Two\nin 2019"),
        Cue(7000, 8000, "1984"),
    )


def test_cues_overlap_and_come_in_the_order_of_their_starts() -> None:
    cues = webvtt(
        "00:05.000 --> 00:09.000\nLater\n\n00:01.000 --> 00:06.000\nOver\n\n"
        "00:01.000 --> 00:02.000\nAt once\n"
    )
    assert [cue.text for cue in cues] == ["Over", "At once", "Later"]


def test_cues_that_show_nothing_are_left_out() -> None:
    body = (
        "00:01.000 --> 00:01.000\nFlash\n\n00:02.000 --> 00:03.000\n\n00:04.000 --> 00:05.000\n<i> </i>\n\n"
    )
    assert webvtt(body + "00:06.000 --> 00:07.000\nSeen\n") == (Cue(6000, 7000, "Seen"),)


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("", None, "The file has no captions: no time span with a text below it was found."),
        ("WEBVTT\n", None, "The file has no captions: no time span with a text below it was found."),
        ("Dear diary", None, "The file has no captions: no time span with a text below it was found."),
        (
            "WEBVTT\n\n00:01.000 -> 00:02.000\nHi\n",
            3,
            "Line 3 is not a time span such as 00:00:01.000 --> 00:00:04.000: “00:01.000 -> 00:02.000”.",
        ),
        (
            "1\n00:00:01:5 --> 00:00:02:0\nHi\n",
            2,
            "Line 2 is not a time span such as 00:00:01,000 --> 00:00:04,000: “00:00:01:5 --> 00:00:02:0”.",
        ),
        (
            "1\r\n00:00:01,000 --> 00:00:02,000\r\nHi\r\n\r\n2\r\n00:00:03,000 -->\r\nHi\r\n",
            6,
            "Line 6 is not a time span such as 00:00:01,000 --> 00:00:04,000: “00:00:03,000 -->”.",
        ),
        (
            "1\n00:00:01,000 --> 00:00:00,000\nHi\n",
            2,
            "Line 2 ends before it starts: “00:00:01,000 --> 00:00:00,000”.",
        ),
        (
            "1\n00:00:61,000 --> 00:01:02,000\nHi\n",
            2,
            "Line 2 has a time with more than 59 minutes or seconds.",
        ),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n\nLost words\n",
            6,
            "Line 6 is text without a time span: “Lost words”.",
        ),
    ],
)
def test_what_is_broken_is_told_with_its_line(body: str, line: int | None, message: str) -> None:
    assert refusal(body) == (line, message)


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, bytes(5000), b"\xff" * 5000])
def test_what_is_no_text_is_no_captions(body: bytes) -> None:
    assert refusal(body)


def test_it_is_written_as_every_player_reads_it() -> None:
    body = "1\r\n00:59:59,999 --> 01:00:00,000\r\n{\\an8}<font>Ça</font> va\r\n\r\n?\r\n".encode("cp1252")
    assert clean_webvtt(body) == "WEBVTT\n\n00:59:59.999 --> 01:00:00.000 line:0\nÇa va\n?\n"


# fmt: off
PIECES = [
    "<b>", "</b>", "<i>", "<v Ada>", "<v>", "</v>", "<c>", "<x>", "<", ">", "-->", "->", "&amp;", "&lt;", "&",
    "&#0;", "&#10;", "1", "00:01.000", "\n", "\n\n", "\r", " ", "{\\an8}", "{", "}", "NOTE", "WEBVTT",
    "\ufeff",
]
# fmt: on
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
TEXTS = st.lists(st.sampled_from(PIECES) | WORDS, max_size=12).map("".join)


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 10**6), TEXTS), min_size=1, max_size=8))
def test_what_is_written_is_read_back_the_same(drawn: list[tuple[int, int, str]]) -> None:
    """Whatever the words: tags, arrows, entities or numbers."""
    lines = [
        f"{n}\n{_time(start)} --> {_time(start + lasts)}\n{text}\n"
        for n, (start, lasts, text) in enumerate(drawn)
    ]
    try:
        cues = subrip("\n".join(lines))
    except CaptionsInvalid:
        # The words looked like a time span, or there were none.
        return
    written = write_webvtt(cues)
    assert read_captions(written.encode()).cues == cues
    assert clean_webvtt(written.encode()) == written


def _time(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_in_another_way(body: bytes) -> None:
    for head in (b"", b"WEBVTT\n\n", b"1\n00:00:01,000 --> 00:00:02,000\n"):
        try:
            clean_webvtt(head + body)
        except CaptionsInvalid:
            continue


def test_hostile_files_take_no_time() -> None:
    """Half a megabyte that would make a careless pattern look at every pair of places."""
    size, began = 500_000, time.monotonic()
    span = "1\n00:00:01,000 --> 00:00:02,000\n"
    for body in (
        span + "<" * size,
        span + "<b" * (size // 2),
        span + "&" * size,
        span + "{\\" * (size // 2),
        "1:00" + "1" * size,
        "-" * size + ">",
        span + "<b>x" * (size // 4),
        "0:00\n" * (size // 5),
    ):
        with contextlib.suppress(CaptionsInvalid):
            read_captions(body.encode())
    assert time.monotonic() - began < 20
