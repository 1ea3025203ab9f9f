import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sound.ducking import Ducking
from services.sound.pcm import SAMPLE_RATE
from services.sound.speech import WINDOW, Span, speech_spans


def decibels(ducking, seconds):
    return float(20 * np.log10(ducking.gain(round(seconds * SAMPLE_RATE), 1)[0, 0]))


def spans(*pairs):
    return [Span(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)) for start, end in pairs]


def test_down_before_the_first_word_and_back_within_a_second():
    ducking = Ducking(spans((2, 4)), 12)
    told = {1.8: 0, 1.9: -6, 2.0: -12, 3.0: -12, 4.25: -12, 4.55: -6, 4.85: 0, 9.0: 0}
    assert {at: decibels(ducking, at) for at in told} == pytest.approx(told, abs=0.01)


def test_over_a_breath_it_stays_down():
    assert decibels(Ducking(spans((2, 4), (5, 6)), 12), 4.7) == pytest.approx(-12)
    assert decibels(Ducking(spans((2, 4), (5.2, 6)), 12), 4.9) == pytest.approx(0, abs=1)


@pytest.mark.parametrize("start", [0, 0.1, 0.2])
def test_speech_from_the_very_beginning(start):
    ducking = Ducking(spans((start, 1)), 10)
    assert decibels(ducking, start) == pytest.approx(-10)
    assert decibels(ducking, 0) <= 0
    assert decibels(ducking, 2) == pytest.approx(0)


def test_without_speech_nothing_sinks():
    assert (Ducking([], 12).gain(0, 1000) == 1).all()


PAUSES = st.lists(st.tuples(st.integers(1, 80), st.integers(5, 80)), max_size=5)


@given(PAUSES, st.floats(0, 40))
@pytest.mark.slow
def test_under_speech_it_is_down_by_exactly_the_depth_and_never_further(pauses, depth):
    found, at = [], 0
    for pause, length in pauses:
        found.append(Span((at + pause) * WINDOW, (at + pause + length) * WINDOW))
        at += pause + length
    gain = Ducking(found, depth).gain(0, (at + 100) * WINDOW)[:, 0]
    floor = 10 ** (-depth / 20)
    assert gain.min() >= floor * 0.9999
    assert gain.max() <= 1.0001
    for span in found:
        assert gain[span.start : span.end] == pytest.approx(floor, rel=1e-3)


LEVELS = st.lists(st.floats(-120, 0), min_size=1, max_size=300)


@given(LEVELS)
def test_any_sound_has_spans_in_order_and_within_it(levels):
    found = speech_spans(np.array(levels))
    edges = [edge for span in found for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(levels) * WINDOW for edge in edges)


def pattern(*parts):
    return np.concatenate([np.full(round(seconds * 50), level, float) for seconds, level in parts])


@pytest.mark.parametrize(
    ("background", "voice"),
    [(-120, -30), (-70, -30), (-50, -30), (-120, -18), (-70, -18), (-50, -18), (-36, -18)],
)
def test_a_voice_is_found_over_its_background(background, voice):
    levels = pattern((3, background), (2, voice), (3, background), (1, voice), (2, background))
    found = [(span.start / SAMPLE_RATE, span.end / SAMPLE_RATE) for span in speech_spans(levels)]
    assert found == [(3, 5), (8, 9)]


def test_a_steady_sound_counts_as_speech_and_silence_does_not():
    assert len(speech_spans(pattern((10, -25)))) == 1
    assert speech_spans(pattern((10, -70))) == []


def test_a_click_is_no_speech_and_a_short_break_no_end():
    levels = pattern((3, -90), (0.06, -10), (3, -90), (1, -20), (0.25, -90), (1, -20), (3, -90))
    assert len(speech_spans(levels)) == 1
