import pytest

from tests.embedded.mediaconvert.job_requests import long_request
from tests.embedded.mediaconvert.job_steps import create, suspended, timed_cancel


@pytest.mark.slow
async def test_the_first_job_runs_no_program_but_its_own(client, own, events, source):
    """imageio-ffmpeg runs `ffmpeg -version` when it is first asked for the program, and waits for its end:
    suspended, it once held up the whole renderer."""
    own.begin_again()
    job_id = await create(client, long_request(source, "first-job"))
    (rendering,) = await suspended(own)
    assert "-version" not in rendering.cmdline()
    await timed_cancel(client, events, job_id)
    assert own.ffmpegs() == []
