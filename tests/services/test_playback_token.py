from datetime import UTC, datetime, timedelta
from string import ascii_lowercase, ascii_uppercase, digits
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.playback.playback_token import (
    PlaybackGrant,
    PlaybackTokenExpired,
    PlaybackTokenInvalid,
    issue_playback_token,
    read_playback_token,
)
from services.viewer import ANONYMOUS, Viewer

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PRODUCTION = UUID("01939e3c-0000-7000-8000-000000000001")
DIGITS = ascii_uppercase + ascii_lowercase + digits + "-_"
VIEWERS = st.just(ANONYMOUS) | st.builds(Viewer, st.uuids(version=4))


def token(viewer=ANONYMOUS, expires_at=NOW + timedelta(hours=1), secret=b"secret"):
    return issue_playback_token(secret, production_id=PRODUCTION, viewer=viewer, expires_at=expires_at)


@given(VIEWERS, st.integers(1, 10**6))
def test_a_token_says_what_it_was_issued_for(viewer, seconds):
    expires_at = NOW + timedelta(seconds=seconds)
    assert read_playback_token(b"secret", token(viewer, expires_at), now=NOW) == PlaybackGrant(
        PRODUCTION, viewer, expires_at
    )


@given(st.integers(0, 70), st.characters(categories=["L", "N"]))
def test_any_change_is_noticed(place, character):
    good = token(Viewer(uuid4()))
    assume(good[place] != character)
    with pytest.raises(PlaybackTokenInvalid):
        read_playback_token(b"secret", good[:place] + character + good[place + 1 :], now=NOW)


@given(st.integers(0, 71), st.sampled_from(["!!!!", "====", "\n\n\n\n", "A", "=", "é"]))
def test_nothing_can_be_put_in(place, more):
    good = token()
    with pytest.raises(PlaybackTokenInvalid):
        read_playback_token(b"secret", good[:place] + more + good[place:], now=NOW)


def test_a_token_has_one_spelling():
    """71 characters hold two bits more than 53 bytes need; only zeros are ours."""
    good = token()
    for bits in (1, 2, 3):
        last = DIGITS[DIGITS.index(good[-1]) + bits]
        with pytest.raises(PlaybackTokenInvalid):
            read_playback_token(b"secret", good[:-1] + last, now=NOW)


@given(st.text(max_size=100))
def test_no_text_is_a_token(text):
    with pytest.raises(PlaybackTokenInvalid):
        read_playback_token(b"secret", text, now=NOW)


def test_another_secret_reads_nothing():
    with pytest.raises(PlaybackTokenInvalid):
        read_playback_token(b"other", token(), now=NOW)


def test_a_token_ends():
    with pytest.raises(PlaybackTokenExpired):
        read_playback_token(b"secret", token(expires_at=NOW), now=NOW)
