import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.lower_third import read_lower_third, read_span

TEXTS = st.text(min_size=1, max_size=40).filter(str.strip)


def escaped(text):
    return "".join(f"\\{c}" if c in "\\|@" else c for c in text)


@given(text=TEXTS, subtext=st.none() | TEXTS, start=st.integers(0, 90_000), length=st.integers(1, 90_000))
def test_what_is_written_is_read(text, subtext, start, length):
    span = f"{start / 1000:.3f}-{(start + length) / 1000:.3f}"
    written = escaped(text) + (f"|{escaped(subtext)}" if subtext else "") + f"@{span}"
    expected = {"text": text, "startMs": start, "endMs": start + length}
    assert read_lower_third(written) == expected | ({"subtext": subtext} if subtext else {})


def test_the_example_of_the_readme():
    assert read_lower_third("Ada Lovelace|Analyst@2-6") == {
        "text": "Ada Lovelace",
        "subtext": "Analyst",
        "startMs": 2000,
        "endMs": 6000,
    }


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Ada",
        "Ada@",
        "@1-2",
        "Ada@1",
        "Ada@2-1",
        "Ada@1-1",
        "Ada@a-b",
        "Ada|B|C@1-2",
        "A@-1-2",
        "A\\",
        "A@1-" + "9" * 400,
        "A@١-٢",
    ],
)
def test_what_cannot_be_read_is_said(value):
    with pytest.raises(ValueError, match="“"):
        read_lower_third(value)


def test_spans():
    assert read_span("0-0.5") == (0, 500)
