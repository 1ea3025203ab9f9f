"""The example events in every order and in company, through record_render_event into real tables."""

import json
import random
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

import models
from models.statuses import ProductionStatus
from services.job_settings.render_outputs import render_outputs
from services.record_render_event import record_render_event
from services.rendering.render_events import read_media_convert_event
from tests.services.small_media_convert import DEFAULTS

EXAMPLES = Path(__file__).parent / "media_convert_events"
STRANGER = "01939e3c-0000-7000-8000-00000000abcd"
FACTS = (
    "02_input_information",
    "03_status_update",
    "04_status_update",
    "08_new_warning",
    "09_queue_hop",
)
OURS = ("last_heard_at", "_custom_generated_pk")


def example(name, render_id, job_id, **changes):
    envelope = json.loads((EXAMPLES / f"{name}.json").read_text())
    metadata = {"app": DEFAULTS.app, "env": DEFAULTS.environment, "renderId": str(render_id)}
    envelope["detail"] |= {"userMetadata": metadata, "jobId": job_id} | changes
    return envelope


def mixed(chance, events, render_id):
    """Some told again, and in between what is none of this render's business."""
    strays = [
        example("06_error", STRANGER, "job-of-a-stranger"),
        example("06_error", render_id, "another-job"),
        example("07_canceled", render_id, "another-job"),
        example("03_status_update", render_id, "job-1", status="DREAMING"),
        example("06_error", render_id, "job-1", userMetadata={}),
    ]
    order = [*events, *chance.choices(events, k=3)]
    for stray in chance.sample(strays, k=3):
        order.insert(chance.randint(0, len(order)), stray)
    return order


async def told(life, event):
    read = read_media_convert_event(event, app=DEFAULTS.app, environment=DEFAULTS.environment)
    if read is not None:
        await record_render_event(event=read, storage=life.storage, bus=life.bus, clock=life.clock)


async def rows(life):
    """The render's row, and the production's without what counts or dates the way there."""
    render = {key: value for key, value in dict(await life.render(1)).items() if key not in OURS}
    production = dict(await life.production())
    kept = ("status", "progress_percent", "phase", "current_render_number", "playable_render_number")
    return render, {key: production[key] for key in kept}


async def begin_again(life, render):
    """The production as it was before anything was heard of its render."""
    await models.Render.all().delete()
    await models.Render.create(**render)
    await models.RenderStep.all().delete()
    await models.StatusEvent.filter(sequence__gt=1).delete()
    await models.Production.all().update(
        status=ProductionStatus.QUEUED,
        progress_percent=0,
        phase=None,
        sequence=1,
        playable_render_number=None,
    )


@pytest.mark.slow
@pytest.mark.parametrize("last", ["05_complete", "06_error", "07_canceled"])
@pytest.mark.parametrize("knows_its_job", [True, False])
async def test_every_order_leaves_the_same_rows(life, last, knows_its_job):
    await life.work()
    life.renderer.turn("job-1", "COMPLETE")
    blank = {"submitted_at": None, "queue": None, "told_at": None}
    if not knows_its_job:
        # CreateJob's answer was lost; the id is learned from the first event, whichever comes first.
        blank |= {"job_id": None, "overdue_at": None, "attempts": 1}
    before = dict(await life.render(1)) | blank
    before.pop("_custom_generated_pk", None)
    changes = {"errorCode": 1040} if last == "06_error" else {}
    events = [
        example("01_progressing", before["id"], "job-1", queue="arn:slow"),
        *(example(name, before["id"], "job-1") for name in FACTS),
        example(last, before["id"], "job-1", **changes),
    ]
    chance = random.Random(7)
    final = []
    for order in chance.sample(list(permutations(events)), k=60):
        await begin_again(life, before)
        company = mixed(chance, order, before["id"]) if knows_its_job else order
        for event in company:
            await told(life, event)
        found = await rows(life)
        if found not in final:
            final.append(found)
        assert [kind for kind, _, _ in await life.history() if kind != "STATUS"] == (
            [] if knows_its_job else ["SUBMITTED"]
        )
    assert len(final) == 1, final
    render, shown = final[0]
    expected = {"05_complete": "COMPLETED", "06_error": "FAILED", "07_canceled": "CANCELED"}[last]
    assert render["status"] == shown["status"] == ProductionStatus(expected)
    assert render["queue"].endswith("queues/studio")
    assert [render["submitted_at"], render["started_at"]] == [moment(events[0])] * 2
    assert render["finished_at"] == moment(events[-1])
    assert "100000" in {warning["code"] for warning in render["warnings"]}
    request = life.renderer.requests["job-1"]
    assert len(render["outputs"]) == (len(render_outputs(request)) if expected == "COMPLETED" else 0)


def moment(event):
    return datetime.fromtimestamp(event["detail"]["timestamp"] / 1000, UTC)
