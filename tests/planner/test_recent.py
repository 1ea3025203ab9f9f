"""What is remembered is made once, whatever it is, and no more of it is kept than is to be."""

import pytest

from planner.recent import Recent


def remembering(most):
    made = []

    def make(key):
        made.append(key)
        return None if key == "none" else key.upper()

    recent = Recent(most)
    return made, lambda key: recent.get_or_make(key, make)


def test_it_is_made_once_even_where_there_is_none():
    made, get = remembering(2)
    assert [get(key) for key in ("a", "none", "a", "none")] == ["A", None, "A", None]
    assert made == ["a", "none"]


def test_the_longest_unused_goes():
    made, get = remembering(2)
    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    assert made == ["a", "b", "c", "b"]


def test_what_cannot_be_made_is_not_kept():
    recent = Recent(2)

    def fail(key):
        raise ValueError(key)

    with pytest.raises(ValueError, match="a"):
        recent.get_or_make("a", fail)
    assert len(recent) == 0
    assert recent.get_or_make("a", str.upper) == "A"
