"""Files that kill or hang what reads them: the process that asked lives on, and knows what happened."""

import asyncio
import os
from pathlib import Path

import psutil
import pytest

import models
from models.statuses import UploadKind, UploadRejectionCode, UploadStatus
from services.media import probe_in_child
from services.media.media_rejected import MediaRejected
from services.media.probe_in_child import ProbeFailed, probe_child
from services.media.probe_request import ProbeRequest
from services.media.probed_media import ProbedCaptions
from services.verify_upload import MAX_ATTEMPTS
from tests.asset_files import VTT
from tests.factories import make_user, viewer_of
from tests.media import clip
from tests.slow_cases import slow_after
from tests.upload_steps import UploadSteps


def request_of(
    path: Path, kind: UploadKind = UploadKind.VIDEO, content_type: str = "video/mp4"
) -> ProbeRequest:
    return ProbeRequest(str(path), kind, content_type, max_duration_ms=3_600_000, max_image_pixels=10**8)


async def probed(request: ProbeRequest, seconds: int = 60):
    async with probe_child() as child:
        return await child.probe(request, seconds=seconds)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_in_child, "CHILD", "tests.broken_probe_child")


def children() -> list[int]:
    return [child.pid for child in psutil.Process().children() if "probe_child" in " ".join(child.cmdline())]


async def test_what_was_found_comes_back_whole(tmp_path: Path) -> None:
    media, poster = await probed(request_of(clip(tmp_path / "x.mp4")))
    assert (media.duration_ms, media.width, poster.extension) == (2000, 320, "jpg")
    assert poster.picture.startswith(b"\xff\xd8")
    captions = tmp_path / "x.vtt"
    captions.write_bytes(VTT)
    found = await probed(request_of(captions, UploadKind.CAPTIONS, "text/vtt"))
    assert found == (ProbedCaptions("webvtt", 2, 1000, 4000), None)


async def test_a_rejection_comes_back_with_its_words(tmp_path: Path) -> None:
    path = tmp_path / "x.srt"
    path.write_text("1\n00:00:01,000 -> 00:00:02,000\nÀ bientôt\n")
    with pytest.raises(MediaRejected) as caught:
        await probed(request_of(path, UploadKind.CAPTIONS, "text/srt"))
    assert caught.value.code is UploadRejectionCode.NOT_CAPTIONS
    assert caught.value.message.startswith("Line 2 is not a time span such as 00:00:01,000 --> ")


@pytest.mark.parametrize(
    ("order", "words"),
    slow_after(
        1,
        [
            ("crash", "the probing process was ended by SIGSEGV"),
            ("loop", "the probing process took longer than 1 s"),
            ("sleep", "the probing process took longer than 1 s"),
            ("exit", "the probing process ended with 3"),
            ("memory", "MemoryError: "),
            ("print", "OSError: the storage answered 503"),
        ],
    ),
)
async def test_a_child_that_dies(tmp_path: Path, broken: None, order: str, words: str) -> None:
    path = tmp_path / "x.mp4"
    path.write_text(order)
    with pytest.raises(ProbeFailed) as caught:
        await probed(request_of(path), seconds=1)
    assert str(caught.value) == words
    assert children() == []


async def test_it_takes_no_secret_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AIRDATE_SECRET_KEY", "secret")
    async with probe_child():
        (pid,) = children()
        given = psutil.Process(pid).environ()
    assert not [name for name in given if name.startswith(("AWS_", "AIRDATE_"))]
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == "secret"


async def test_it_is_gone_when_nobody_waits_any_more(tmp_path: Path, broken: None) -> None:
    """The worker is stopped in the middle, or the file was refused before it was read."""
    path = tmp_path / "x.mp4"
    path.write_text("sleep")
    task = asyncio.create_task(probed(request_of(path)))
    while not children():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() == []
    with pytest.raises(MediaRejected):
        async with probe_child():
            raise MediaRejected(UploadRejectionCode.EMPTY, "The file is empty.")
    assert children() == []


@pytest.mark.slow
async def test_a_file_that_kills_is_rejected_after_the_last_attempt(gateways, broken: None) -> None:
    steps = UploadSteps(gateways, viewer_of(await make_user()))
    upload = await steps.arrived(b"crash it is")
    for attempt in range(1, MAX_ATTEMPTS):
        await models.Upload.all().update(attempts=attempt)
        with pytest.raises(ProbeFailed, match="SIGSEGV"):
            await steps.verify(upload)
        assert (await models.Upload.get()).status is UploadStatus.VERIFYING
    await models.Upload.all().update(attempts=MAX_ATTEMPTS)
    await steps.verify(upload)
    row = await models.Upload.get()
    assert (row.status, row.rejection_code, row.rejection_message) == (
        UploadStatus.REJECTED,
        UploadRejectionCode.UNSUPPORTED_CODEC,
        "The video could not be read.",
    )
    await steps.sweep()
    assert await steps.stored(upload) == ([], 0)
