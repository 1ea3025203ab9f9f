"""Captions: WebVTT and SubRip files as people have them, read into cues, and written as clean WebVTT."""

from services.captions.captions import Captions, CaptionsFormat, CaptionsInvalid, Cue
from services.captions.read_captions import read_captions
from services.captions.write_webvtt import clean_webvtt, write_webvtt

__all__ = [
    "Captions",
    "CaptionsFormat",
    "CaptionsInvalid",
    "Cue",
    "clean_webvtt",
    "read_captions",
    "write_webvtt",
]
