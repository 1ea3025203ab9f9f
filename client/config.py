"""The command line's options as a ProductionConfigInput, with paths where further uploads' ids will be.

Every function raises ValueError with one line for the person at the terminal. What only the server can know
(lengths, ranges, kinds of file) is left to it.
"""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from client.lower_third import read_lower_third, read_span

COLOR = re.compile(r"#[0-9a-fA-F]{6}")
# A language tag holds no more (RFC 5646, 2.1); whether it is one, the server says.
LANGUAGE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
STYLES = ("panel", "bar", "plain")
POSITIONS = tuple(f"{edge}-{side}" for edge in ("bottom", "top") for side in ("left", "center", "right"))


def title_page(
    title: str | None,
    subtitle: str | None,
    seconds: float,
    background: str | None,
    logo: Path | None,
    left_out: bool,
) -> dict[str, Any]:
    given = {"--subtitle": subtitle, "--background": background, "--logo": logo}
    if title is None or left_out:
        for option, value in given.items():
            if value is not None:
                instead = "leave out --no-title-page" if left_out else "give --title too"
                raise ValueError(f"{option} stands on the title page: {instead}.")
        return {}
    page: dict[str, Any] = {
        "title": title,
        "subtitle": subtitle,
        "durationMs": milliseconds("--title-seconds", seconds),
    }
    if background and COLOR.fullmatch(background):
        page["background"] = background
    elif background is not None:
        page["backgroundUploadId"] = existing(Path(background))
    if logo is not None:
        page["logoUploadId"] = existing(logo)
    return {"titlePage": page}


def lower_thirds(
    values: list[str], style: str | None, position: str | None, accent: str | None
) -> dict[str, Any]:
    """The looks are those of every lower third."""
    looks: dict[str, Any] = {}
    if style is not None:
        looks["style"] = _one_of("--style", style, STYLES)
    if position is not None:
        looks["position"] = _one_of("--position", position, POSITIONS)
    if accent is not None:
        looks["accent"] = accent
    if looks and not values:
        raise ValueError(f"--{next(iter(looks))} is about lower thirds: give --lower-third too.")
    return {"lowerThirds": [read_lower_third(value) | looks for value in values]}


def audio(
    normalize: bool,
    target_lkfs: float,
    mute: bool,
    gain: float | None,
    music: Path | None,
    music_gain: float | None,
) -> dict[str, Any]:
    if normalize and mute:
        raise ValueError("Give either --normalize or --mute.")
    if music_gain is not None and music is None:
        raise ValueError("--music-gain is about the music: give --music too.")
    sound: dict[str, Any] = {}
    if mute:
        sound["mode"] = "MUTE"
    if normalize:
        sound |= {"mode": "NORMALIZE", "targetLkfs": finite("--target-lkfs", target_lkfs)}
    if gain is not None:
        sound["gainDb"] = finite("--gain", gain)
    if music is not None:
        sound["music"] = {"uploadId": existing(music)}
    if music_gain is not None:
        sound["music"]["gainDb"] = finite("--music-gain", music_gain)
    return {"audio": sound} if sound else {}


def trim(values: list[str]) -> dict[str, Any]:
    """The kept ranges, in the order given."""
    keep = [{"startMs": start_ms, "endMs": end_ms} for start_ms, end_ms in map(read_span, values)]
    return {"trim": {"keep": keep}} if keep else {}


def captions(values: list[str], burned_in: str | None) -> dict[str, Any]:
    """Tracks for the player's menu, and the one that is drawn into the picture."""
    tracks: list[dict[str, Any]] = []
    for value in values:
        language, path = _language_and_file(value)
        if language is None:
            raise ValueError(f"“{value}” is not language=file, such as en=captions.vtt.")
        tracks.append({"language": language, "uploadId": existing(path)})
    if burned_in is not None:
        language, path = _language_and_file(burned_in)
        drawn = {"uploadId": existing(path), "mode": "BURN_IN"}
        tracks.append(drawn | ({"language": language} if language else {}))
    return {"captions": tracks} if tracks else {}


def outputs(mp4: bool, audio: bool, max_height: int | None) -> dict[str, Any]:
    made: dict[str, Any] = {"mp4": mp4, "audio": audio}
    return {"outputs": made | ({} if max_height is None else {"maxHeight": max_height})}


def poster(seconds: float | None) -> dict[str, Any]:
    return {} if seconds is None else {"posterAtMs": milliseconds("--poster", seconds)}


def files_in(config: Any) -> list[Path]:
    """The further files a config uses, each once, in its order."""
    return list(dict.fromkeys(_paths(config)))


def with_uploads(config: Any, upload_ids: Mapping[Path, str]) -> Any:
    """The same config, with an upload's id in the place of each file."""
    if isinstance(config, dict):
        return {name: with_uploads(value, upload_ids) for name, value in config.items()}
    if isinstance(config, list):
        return [with_uploads(value, upload_ids) for value in config]
    return upload_ids[config] if isinstance(config, Path) else config


def existing(file: Path) -> Path:
    if not file.is_file():
        raise ValueError(f"There is no file “{file}”.")
    if file.stat().st_size == 0:
        raise ValueError(f"“{file}” is empty.")
    return file


def milliseconds(option: str, seconds: float) -> int:
    # Infinity and NaN are floats too, and no Int of GraphQL holds a longer time.
    if not 0 <= seconds < 1_000_000:
        raise ValueError(f"{option} cannot be {seconds}.")
    return round(seconds * 1000)


def finite(option: str, value: float) -> float:
    """JSON has no infinity and no NaN."""
    if not math.isfinite(value):
        raise ValueError(f"{option} cannot be {value}.")
    return value


def _paths(config: Any) -> Iterator[Path]:
    if isinstance(config, dict | list):
        for value in config.values() if isinstance(config, dict) else config:
            yield from _paths(value)
    elif isinstance(config, Path):
        yield config


def _one_of(option: str, value: str, allowed: tuple[str, ...]) -> str:
    if value.lower() not in allowed:
        raise ValueError(f"{option} cannot be “{value}”, only {', '.join(allowed[:-1])} or {allowed[-1]}.")
    return value.upper().replace("-", "_")


def _language_and_file(value: str) -> tuple[str | None, Path]:
    """`language=file`, or only a file, whose own name may hold a `=`."""
    language, sign, file = value.partition("=")
    if sign and file and LANGUAGE.fullmatch(language) and not Path(value).is_file():
        return language, Path(file)
    return None, Path(value)
