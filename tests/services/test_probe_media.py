import re
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from models.statuses import UploadRejectionCode
from services.media.extract_poster import extract_poster
from services.media.probe_media import MediaRejected, probe_media
from services.media.probed_media import ProbedMedia
from tests import media as clips

QUICKTIME = "mov,mp4,m4a,3gp,3g2,mj2"
BUNNY = ProbedMedia(
    duration_ms=5280,
    width=1280,
    height=720,
    frame_rate=Fraction(25),
    rotation=0,
    video_codec="h264",
    audio_codec="aac",
    audio_channels=6,
    has_audio=True,
    hdr=False,
    interlaced=False,
    variable_frame_rate=False,
    container=QUICKTIME,
)


def rejection(source: Path | str, **expected: str | int) -> tuple[UploadRejectionCode, str]:
    with pytest.raises(MediaRejected) as caught:
        probe_media(str(source), **expected)  # type: ignore[arg-type]
    return caught.value.code, caught.value.message


def test_a_film() -> None:
    assert probe_media(str(clips.real_clip()), content_type="video/mp4") == BUNNY
    assert ProbedMedia.from_json(BUNNY.to_json()) == BUNNY


@pytest.mark.parametrize(
    ("turn", "size"), [(0, (320, 180)), (90, (180, 320)), (180, (320, 180)), (270, (180, 320))]
)
def test_rotation_is_seen_by_probe_and_poster(tmp_path: Path, turn: int, size: tuple[int, int]) -> None:
    path = clips.rotated_clip(tmp_path / "clip.mp4", turn)
    probed = probe_media(str(path))
    assert (probed.rotation, (probed.width, probed.height)) == (turn, size)
    poster = Image.open(BytesIO(extract_poster(str(path), 500)))
    assert poster.size == size
    assert _near(poster.getpixel((10, 10)), (255, 0, 0))
    assert _near(poster.getpixel((size[0] - 10, size[1] - 10)), (0, 0, 255))


def _near(pixel: object, color: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= 12 for a, b in zip(pixel, color, strict=True))


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (clips.silent_clip, {"has_audio": False, "audio_codec": None, "audio_channels": 0}),
        (clips.mono_clip, {"has_audio": True, "audio_codec": "aac", "audio_channels": 1}),
        (clips.odd_sized_clip, {"width": 321, "height": 181}),
        (clips.variable_frame_rate_clip, {"variable_frame_rate": True, "frame_rate": Fraction(600, 29)}),
        (clips.dropped_frames_clip, {"frame_rate": Fraction(25), "duration_ms": 8000}),
        (clips.hdr_clip, {"hdr": True, "video_codec": "hevc", "frame_rate": Fraction(24)}),
        (clips.interlaced_clip, {"interlaced": True, "frame_rate": Fraction(25)}),
    ],
)
def test_what_a_clip_is(tmp_path: Path, make: Callable[[Path], Path], expected: dict[str, object]) -> None:
    probed = probe_media(str(make(tmp_path / "clip.mp4")))
    plain = {"hdr": False, "interlaced": False, "variable_frame_rate": False}
    assert {name: getattr(probed, name) for name in plain | expected} == plain | expected


@pytest.mark.parametrize("rate", ["24000/1001", "30000/1001", "25/2", "60", "120"])
def test_rates_are_exact(tmp_path: Path, rate: str) -> None:
    probed = probe_media(str(clips.clip(tmp_path / "clip.mp4", rate=rate)))
    assert (probed.frame_rate, probed.variable_frame_rate) == (Fraction(rate), False)


def test_wide_pixels_count_as_what_they_look_like(tmp_path: Path) -> None:
    wide = clips.run_ffmpeg(
        tmp_path / "clip.mp4", *clips.picture("180x180", "25", 1), "-vf", "setsar=16/9", *clips.SMALL
    )
    probed = probe_media(str(wide))
    assert (probed.width, probed.height) == (320, 180)
    assert Image.open(BytesIO(extract_poster(str(wide), 0))).size == (320, 180)


@pytest.mark.parametrize(
    ("extension", "codecs", "container"),
    [
        ("mkv", ("-c", "copy"), "matroska,webm"),
        ("ts", ("-c", "copy"), "mpegts"),
        ("avi", ("-c:v", "mpeg4"), "avi"),
        ("mov", ("-c", "copy"), QUICKTIME),
        ("mpg", ("-c:v", "mpeg2video"), "mpeg"),
    ],
)
def test_containers(tmp_path: Path, extension: str, codecs: tuple[str, ...], container: str) -> None:
    path = clips.run_ffmpeg(tmp_path / f"x.{extension}", "-i", str(clips.clip(tmp_path / "c.mp4")), *codecs)
    probed = probe_media(str(path))
    assert (probed.container, probed.frame_rate, probed.variable_frame_rate) == (
        container,
        Fraction(30),
        False,
    )
    assert probed.duration_ms == pytest.approx(2000, abs=70)
    if container != QUICKTIME:
        assert rejection(path, content_type="video/mp4")[0] is UploadRejectionCode.TYPE_MISMATCH


def test_a_recording_without_a_duration(tmp_path: Path) -> None:
    """Browsers' recorders write one: its length is only known at its end."""
    live = ("-f", "webm", "-live", "1", "-c:v", "libvpx", "-deadline", "realtime", "-an")
    path = clips.run_ffmpeg(tmp_path / "x.webm", *clips.picture("320x180", "30", 2), *live)
    probed = probe_media(str(path), content_type="video/webm")
    assert probed.duration_ms == pytest.approx(2000, abs=2)
    assert float(probed.frame_rate) == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "GIF", "WEBP"])
def test_an_image_is_no_video(tmp_path: Path, image_format: str) -> None:
    path = tmp_path / "image.mp4"
    Image.new("RGB", (64, 64), "red").save(path, image_format)
    assert rejection(path) == (UploadRejectionCode.NOT_A_VIDEO, "The file is not a video.")


def test_text_is_no_video_and_a_playlist_is_not_followed(tmp_path: Path) -> None:
    text, playlist = tmp_path / "text.mp4", tmp_path / "playlist.mp4"
    text.write_text("Dear diary, today I made a film.\n" * 50)
    playlist.write_text(f"#EXTM3U\n#EXTINF:5,\nfile://{clips.real_clip()}\n#EXT-X-ENDLIST\n")
    not_a_video = (UploadRejectionCode.NOT_A_VIDEO, "The file is not a video.")
    assert (rejection(text), rejection(playlist)) == (not_a_video, not_a_video)


def test_a_file_cut_short(tmp_path: Path) -> None:
    film = clips.real_clip()
    quick = clips.run_ffmpeg(tmp_path / "q.mp4", "-i", str(film), "-c", "copy", "-movflags", "+faststart")
    matroska = clips.run_ffmpeg(tmp_path / "m.mkv", "-i", str(film), "-c", "copy")
    for whole in (film, quick, matroska):
        cut = tmp_path / f"cut-{whole.name}"
        cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
        code, message = rejection(cut)
        assert code is UploadRejectionCode.TRUNCATED
        assert message.startswith("The file is incomplete: ")


def test_the_last_bytes_count_too(tmp_path: Path) -> None:
    film = str(clips.real_clip())
    whole = clips.run_ffmpeg(tmp_path / "q.mp4", "-i", film, "-c", "copy", "-movflags", "+faststart")
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[:-1500])
    expected = "The file is incomplete: its last 1,500 bytes are missing."
    assert rejection(cut) == (UploadRejectionCode.TRUNCATED, expected)


def test_sound_alone(tmp_path: Path) -> None:
    expected = (UploadRejectionCode.NO_VIDEO_STREAM, "The file has sound but no pictures.")
    assert rejection(clips.audio_only_clip(tmp_path / "sound.mp4")) == expected
    assert rejection(clips.audio_only_clip(tmp_path / "sound.wav")) == expected


def test_other_rejections(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.write_bytes(b"")
    tiny = clips.clip(tmp_path / "tiny.mp4", size="16x16")
    exotic = clips.run_ffmpeg(tmp_path / "x.mkv", *clips.picture("64x64", "25", 1), "-c:v", "huffyuv")
    assert rejection(empty) == (UploadRejectionCode.EMPTY, "The file is empty.")
    assert rejection(tmp_path / "nothing.mp4") == (UploadRejectionCode.MISSING, "The file is not there.")
    assert rejection(clips.real_clip(), max_duration_ms=3000) == (
        UploadRejectionCode.TOO_LONG,
        "The video lasts 5,280 ms; at most 3,000 ms are allowed.",
    )
    assert rejection(tiny)[0] is UploadRejectionCode.UNSUPPORTED_CODEC
    assert rejection(exotic)[0] is UploadRejectionCode.UNSUPPORTED_CODEC


class RangeServer(BaseHTTPRequestHandler):
    """Answers ranges of one file under /film, 404 and 403 elsewhere, and counts what it sends."""

    body = b""
    sent = 0

    def do_GET(self) -> None:
        if self.path != "/film?signature=x":
            self.send_error(403 if self.path == "/forbidden" else 404)
            return
        first, last = map(int, re.findall(r"\d+", self.headers["Range"]))
        piece = self.body[first : last + 1]
        RangeServer.sent += len(piece)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{first + len(piece) - 1}/{len(self.body)}")
        self.send_header("Content-Length", str(len(piece)))
        self.end_headers()
        self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def storage() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), RangeServer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_url_is_read_by_ranges(storage: str) -> None:
    film = clips.real_clip().read_bytes()
    # 30 MB that are no pictures, as a long video would have: they need not travel.
    RangeServer.body = film + (30_000_000).to_bytes(4, "big") + b"free" + bytes(29_999_992)
    RangeServer.sent = 0
    assert probe_media(f"{storage}/film?signature=x") == BUNNY
    assert RangeServer.sent < 4_000_000
    assert Image.open(BytesIO(extract_poster(f"{storage}/film?signature=x", 2000))).size == (1280, 720)


def test_storage_that_fails_is_not_the_uploaders_fault(storage: str) -> None:
    assert rejection(f"{storage}/gone") == (UploadRejectionCode.MISSING, "The file is not there.")
    with pytest.raises(OSError, match="the storage answered 403"):
        probe_media(f"{storage}/forbidden")


def test_a_poster_is_no_wider_than_asked() -> None:
    assert Image.open(BytesIO(extract_poster(str(clips.real_clip()), 2000, max_width=320))).size == (320, 180)
    past_the_end = extract_poster(str(clips.real_clip()), 60_000, max_width=320)
    assert Image.open(BytesIO(past_the_end)).size == (320, 180)


def test_a_poster_of_hdr_is_neither_black_nor_washed_out(tmp_path: Path) -> None:
    poster = Image.open(BytesIO(extract_poster(str(clips.hdr_clip(tmp_path / "hdr.mp4")), 1000)))
    lightness = sorted(poster.convert("L").tobytes())
    assert lightness[len(lightness) // 20] < 40
    assert lightness[-len(lightness) // 20] > 200


def test_a_file_larger_than_a_read_buffer_is_read_to_its_end(tmp_path: Path) -> None:
    """Looking at the boxes once moved the file under FFmpeg, which then read from the wrong place."""
    path = clips.clip(tmp_path / "long.mp4", size="640x360", seconds=10)
    assert probe_media(str(path), content_type="video/mp4").duration_ms == 10_000
