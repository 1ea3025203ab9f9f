"""Music under a whole programme: repeated where it is shorter, cut where it is longer, faded at both ends."""

import numpy as np

from services.production_config import Music
from services.sound.decode_sound import DecodedSound
from services.sound.pcm import SAMPLE_RATE, Samples, amplitude

# Long enough that no seam clicks, too short to be heard as a pause or an echo.
CROSSFADE = SAMPLE_RATE * 3 // 100


class MusicBed:
    """The music at each sample of the programme, before ducking; silent outside the programme."""

    def __init__(self, music: Music, sound: DecodedSound, programme_length: int) -> None:
        self._sound = sound
        self._gain = amplitude(music.gain_db)
        self._length = programme_length
        self._crossfade = min(CROSSFADE, sound.length // 4)
        self._fade_in, self._fade_out = (
            min(milliseconds * SAMPLE_RATE // 1000, programme_length)
            for milliseconds in (music.fade_in_ms, music.fade_out_ms)
        )

    def read(self, start: int, count: int) -> Samples:
        at = np.arange(start, start + count)
        inside = np.clip(at, 0, max(0, self._length - 1))
        faded = self._repeated(inside) * (self._gain * self._fades(at))[:, None]
        return np.asarray(faded, np.float32)

    def _repeated(self, at: np.ndarray) -> Samples:
        """Each repetition begins under the end of the one before, at equal power."""
        period = self._sound.length - self._crossfade
        if self._length <= self._sound.length:
            return self._sound.at(at)
        times, offset = np.divmod(at, period)
        heard = self._sound.at(offset)
        seam = np.flatnonzero((times > 0) & (offset < self._crossfade))
        if len(seam):
            turn = ((offset[seam] + 0.5) / self._crossfade * np.pi / 2)[:, None]
            ending = self._sound.at(offset[seam] + period)
            heard[seam] = heard[seam] * np.sin(turn) + ending * np.cos(turn)
        return heard

    def _fades(self, at: np.ndarray) -> np.ndarray:
        """From silence to full level along half a cosine, and back; 0 outside the programme."""
        rise = _half_cosine(at + 0.5, self._fade_in)
        fall = _half_cosine(self._length - at - 0.5, self._fade_out)
        return np.asarray(rise * fall)


def _half_cosine(into: np.ndarray, length: int) -> np.ndarray:
    share = np.clip(into / length, 0, 1) if length else (into > 0).astype(float)
    return np.asarray((1 - np.cos(np.pi * share)) / 2)
