"""Cancelling: within two seconds in every phase, and nothing left behind."""

import pytest

from tests.embedded.mediaconvert.faulty_storage import removes
from tests.embedded.mediaconvert.job_requests import keys, long_request
from tests.embedded.mediaconvert.job_steps import (
    create,
    held,
    renders_again,
    suspended,
    timed_cancel,
    until_gone,
)
from tests.slow_cases import slow_after

CANCELED_WITHIN_SECONDS = 2.0


@pytest.mark.parametrize("phase", slow_after(1, ["TRANSCODING", "PROBING", "UPLOADING"]))
async def test_cancel_in_every_phase(client, own, storage, events, s3, source, phase):
    folder = f"cancel-{phase}"
    job_id = await held(phase, client, own, storage, source, folder)
    if phase == "UPLOADING":
        assert await keys(s3, folder) != []
    assert await timed_cancel(client, events, job_id) < CANCELED_WITHIN_SECONDS
    assert own.ffmpegs() == []
    assert own.scratch() == []
    assert await keys(s3, folder) == []
    storage.heal()
    await renders_again(client, events, source)
    assert await keys(s3, folder) == []


async def test_cancel_while_the_loudness_is_measured(client, own, events, s3, source):
    request = long_request(source, "measured")
    audio = request["Settings"]["OutputGroups"][0]["Outputs"][0]["AudioDescriptions"][0]
    audio["AudioNormalizationSettings"] = {"AlgorithmControl": "CORRECT_AUDIO", "TargetLkfs": -16.0}
    job_id = await create(client, request)
    (measuring,) = await suspended(own)
    assert "ebur128" in " ".join(measuring.cmdline())
    assert await timed_cancel(client, events, job_id) < CANCELED_WITHIN_SECONDS
    assert own.ffmpegs() == []
    assert await keys(s3, "measured") == []


@pytest.mark.slow
@pytest.mark.parametrize("is_silent", [False, True], ids=["refuses", "is silent"])
async def test_cancel_while_storage_is_away_is_no_slower_and_cleans_up_later(
    client, own, storage, events, s3, source, is_silent
):
    folder = f"cancel-away-{is_silent}"
    job_id = await held("UPLOADING", client, own, storage, source, folder)
    removal = storage.hold(removes) if is_silent else storage.refuse(removes, 503)
    assert await timed_cancel(client, events, job_id) < CANCELED_WITHIN_SECONDS
    assert removal.met.is_set()
    assert await keys(s3, folder) != []
    storage.heal()
    await until_gone(s3, folder)
