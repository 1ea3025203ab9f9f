"""Any number of channels as stereo, with a gain: the matrices of MediaConvert's `RemixSettings`.

Levels follow ITU-R BS.775 for two loudspeakers: centre and surround 3 dB down on their side, a single
surround 6 dB down on both, the low-frequency channel left out.
"""

from typing import Any

# Of the service: nothing is heard of a channel at -60, and it amplifies by 6 at most (dB).
MUTE_DB = -60.0
LOUDEST_DB = 6.0
MOST_CHANNELS = 64
# In the order of channels in a file (AAC, AC-3 and WAV decoded; SMPTE ST 2067-2 for 5.1).
LAYOUTS = {
    1: "M",
    2: "L R",
    3: "L R C",
    4: "L R C S",
    5: "L R C Ls Rs",
    6: "L R C LFE Ls Rs",
    7: "L R C LFE S Ls Rs",
    8: "L R C LFE Ls Rs Ls Rs",
}
# Of each channel, how loud it is on the left and on the right (dB).
LEVELS = {
    "M": (0.0, 0.0),
    "L": (0.0, MUTE_DB),
    "R": (MUTE_DB, 0.0),
    "C": (-3.0, -3.0),
    "S": (-6.0, -6.0),
    "Ls": (-3.0, MUTE_DB),
    "Rs": (MUTE_DB, -3.0),
    "LFE": (MUTE_DB, MUTE_DB),
}


def stereo_remix(channels: int, gain_db: float) -> dict[str, Any] | None:
    """Both sides of a source with so many channels, made louder by `gain_db` (-60 to 6).

    None where nothing needs saying: stereo and more at their own loudness are mixed by the service itself.
    """
    if channels != 1 and gain_db == 0:
        return None
    channels = min(channels, MOST_CHANNELS)
    levels = [LEVELS[speaker] for speaker in _speakers(channels)]
    return {
        "ChannelsIn": channels,
        "ChannelsOut": 2,
        "ChannelMapping": {
            "OutputChannels": [_row([level[side] for level in levels], gain_db) for side in (0, 1)]
        },
    }


def _speakers(channels: int) -> list[str]:
    """More than eight channels are stems; the first pair is then by custom the stereo mix."""
    if channels in LAYOUTS:
        return LAYOUTS[channels].split()
    return ["L", "R", *["LFE"] * (channels - 2)]


def _row(levels: list[float], gain_db: float) -> dict[str, Any]:
    """One output channel; the service keeps whole and broken numbers apart, the latter to three digits."""
    gains = [_louder(level, gain_db) for level in levels]
    if all(gain.is_integer() for gain in gains):
        return {"InputChannels": [int(gain) for gain in gains]}
    return {"InputChannelsFineTune": gains}


def _louder(level: float, gain_db: float) -> float:
    if level == MUTE_DB:
        return MUTE_DB
    return round(min(LOUDEST_DB, max(MUTE_DB, level + gain_db)), 3)
