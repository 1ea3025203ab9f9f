from pathlib import Path
from random import Random

import pytest

from models.statuses import UploadRejectionCode
from services.media.media_rejected import MediaRejected
from services.media.probe_audio import probe_audio
from services.media.probed_media import ProbedAudio
from tests.asset_files import image_file, sound, with_cover
from tests.media import clip

QUICKTIME = "mov,mp4,m4a,3gp,3g2,mj2"
FORMATS = [
    ("x.mp3", "audio/mpeg", ("-q:a", "2"), "mp3", "mp3"),
    ("x.mp3", "audio/mp3", ("-q:a", "2", "-write_xing", "0"), "mp3", "mp3"),
    ("x.m4a", "audio/mp4", ("-c:a", "aac"), "aac", QUICKTIME),
    ("x.m4a", "audio/x-m4a", ("-c:a", "alac"), "alac", QUICKTIME),
    ("x.aac", "audio/aac", (), "aac", "aac"),
    ("x.wav", "audio/wav", (), "pcm_s16le", "wav"),
    ("x.wav", "audio/x-wav", ("-c:a", "pcm_f32le"), "pcm_f32le", "wav"),
    ("x.flac", "audio/flac", (), "flac", "flac"),
    ("x.ogg", "audio/ogg", ("-c:a", "libvorbis"), "vorbis", "ogg"),
    ("x.ogg", "audio/opus", ("-c:a", "libopus"), "opus", "ogg"),
    ("x.webm", "audio/webm", ("-c:a", "libopus"), "opus", "matroska,webm"),
    ("x.webm", "audio/webm", ("-c:a", "libopus", "-f", "webm", "-live", "1"), "opus", "matroska,webm"),
    ("x.aif", "audio/aiff", (), "pcm_s16be", "aiff"),
]


def rejection(path: Path, content_type: str | None = None, **limits: int) -> tuple[UploadRejectionCode, str]:
    with pytest.raises(MediaRejected) as caught:
        probe_audio(str(path), content_type=content_type, **limits)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(("name", "content_type", "options", "codec", "container"), FORMATS)
def test_formats(
    tmp_path: Path, name: str, content_type: str, options: tuple[str, ...], codec: str, container: str
) -> None:
    probed = probe_audio(str(sound(tmp_path / name, *options)), content_type=content_type)
    # A frame of MP3 or AAC lasts up to 26 ms, and encoders put one or two more around the sound.
    assert probed.duration_ms == pytest.approx(4000, abs=60)
    rate = 48_000 if codec == "opus" else 44_100
    assert probed == ProbedAudio(probed.duration_ms, codec, 1, rate, container)
    assert ProbedAudio.from_json(probed.to_json()) == probed


def test_stereo(tmp_path: Path) -> None:
    assert probe_audio(str(sound(tmp_path / "x.wav", "-ac", "2"))).audio_channels == 2


@pytest.mark.parametrize("ending", ["mp3", "m4a"])
def test_cover_art_is_no_video(tmp_path: Path, ending: str) -> None:
    song = with_cover(tmp_path / f"song.{ending}", sound(tmp_path / f"plain.{ending}"))
    assert probe_audio(str(song)).duration_ms == pytest.approx(4000, abs=60)


def test_a_video_is_not_taken_for_sound(tmp_path: Path) -> None:
    assert rejection(clip(tmp_path / "x.mp4"), "audio/mp4") == (
        UploadRejectionCode.TYPE_MISMATCH,
        "The file was declared as sound, but it has moving pictures: upload it as a video.",
    )


def test_another_type_than_declared(tmp_path: Path) -> None:
    assert rejection(sound(tmp_path / "x.mp3"), "audio/mp4") == (
        UploadRejectionCode.TYPE_MISMATCH,
        "The file was declared as audio/mp4, but it is MP3.",
    )


@pytest.mark.parametrize("ending", ["m4a", "flac", "webm", "aif"])
def test_a_file_cut_short(tmp_path: Path, ending: str) -> None:
    whole, cut = sound(tmp_path / f"x.{ending}"), tmp_path / f"cut.{ending}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    code, message = rejection(cut)
    assert code is UploadRejectionCode.TRUNCATED
    assert message.startswith("The file is incomplete: ")


def test_a_stream_joined_in_the_middle(tmp_path: Path) -> None:
    """As recorders of live radio write it: the first frame is a torn one."""
    whole, torn = sound(tmp_path / "x.mp3", "-write_xing", "0", "-b:a", "128k"), tmp_path / "torn.mp3"
    torn.write_bytes(whole.read_bytes()[5_000:])
    assert probe_audio(str(torn)).duration_ms == pytest.approx(3700, abs=100)


@pytest.mark.parametrize(
    "body", [b"Dear diary.\n" * 500, image_file("JPEG"), b"#EXTM3U\n#EXTINF:5,\nfile:///etc/passwd\n"]
)
def test_what_is_no_sound(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(body)
    assert rejection(path, "audio/mpeg") == (UploadRejectionCode.NOT_SOUND, "The file is not a sound file.")


def test_a_format_of_sound_without_any(tmp_path: Path) -> None:
    nothing = (UploadRejectionCode.NOT_SOUND, "No sound could be read: the file holds none, or is damaged.")
    noise, empty = tmp_path / "noise.mp3", tmp_path / "empty.wav"
    noise.write_bytes(b"\xff\xfb\x90\x64" + Random(1).randbytes(100_000))
    empty.write_bytes(sound(tmp_path / "x.wav", "-bitexact").read_bytes()[:44])
    assert rejection(empty, "audio/wav") == nothing
    assert rejection(noise, "audio/mpeg")[0] is UploadRejectionCode.NOT_SOUND


def test_other_rejections(tmp_path: Path) -> None:
    path = sound(tmp_path / "x.wav")
    assert rejection(path, max_duration_ms=3000) == (
        UploadRejectionCode.TOO_LONG,
        "The sound lasts 4,000 ms; at most 3,000 ms are allowed.",
    )
    exotic = sound(tmp_path / "x.webm", "-c:a", "wmav1", "-f", "matroska")
    assert rejection(exotic) == (
        UploadRejectionCode.UNSUPPORTED_CODEC,
        "The sound is in a format (wmav1) that cannot be read.",
    )
    path.write_bytes(b"")
    assert rejection(path) == (UploadRejectionCode.EMPTY, "The file is empty.")
