import json
from pathlib import Path
from uuid import UUID

import pytest

from models.statuses import ProductionStatus, RenderErrorStage, RenderPhase
from services.rendering.render_events import MalformedEvent, RenderFailure, read_media_convert_event

EXAMPLES = Path(__file__).parent / "media_convert_events"
RENDER_ID = UUID("01939e3c-0000-7000-8000-000000000001")


def example(name, **changes):
    envelope = json.loads((EXAMPLES / f"{name}.json").read_text())
    envelope["detail"]["userMetadata"] = {"app": "airdate", "env": "test", "renderId": str(RENDER_ID)}
    envelope["detail"] |= changes
    return envelope


def read(envelope):
    return read_media_convert_event(envelope, app="airdate", environment="test")


def test_progress():
    event = read(example("03_status_update"))
    assert event.render_id == RENDER_ID
    assert event.job_id == "1760000000000-abc123"
    assert event.status is ProductionStatus.PROCESSING
    assert (event.progress_percent, event.phase) == (7, RenderPhase.TRANSCODING)


def test_complete_tells_each_output():
    event = read(example("05_complete"))
    assert event.status is ProductionStatus.COMPLETED
    assert [(o.width, o.height, o.bitrate, o.duration_ms) for o in event.outputs] == [
        (1920, 1080, 4100000, 23000),
        (1280, 720, 2300000, 23000),
        (854, 480, 900000, 23000),
        (1920, 1080, 4100000, 23000),
        (1280, 720, None, 4000),
    ]
    assert event.warnings == ({"code": "230002", "message": ""},)


def test_error_tells_why():
    event = read(example("06_error"))
    assert event.status is ProductionStatus.FAILED
    assert event.failure == RenderFailure(
        code="1404",
        stage=RenderErrorStage.RENDERING,
        message="Unable to open input file [s3://amzn-s3-demo-in/t/acme/uploads/upl_01H/source.mp4]: "
        "[Failed probe/open: [Failed to read data: HeadObject failed]]",
    )


@pytest.mark.parametrize("name", ["02_input_information", "08_new_warning", "09_queue_hop"])
def test_facts_move_no_status(name):
    assert read(example(name)).status is None


def test_canceled():
    assert read(example("07_canceled")).status is ProductionStatus.CANCELED


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {},
        {"app": "another", "env": "test", "renderId": str(RENDER_ID)},
        {"app": "airdate", "env": "prod", "renderId": str(RENDER_ID)},
        {"app": "airdate", "env": "test", "renderId": "not-a-uuid"},
    ],
)
def test_foreign_jobs_are_not_ours(metadata):
    assert read(example("01_progressing", userMetadata=metadata)) is None


def test_an_unknown_status_is_ignored():
    assert read(example("01_progressing", status="DREAMING")) is None


@pytest.mark.parametrize("body", [{}, {"source": "aws.s3", "detail": {}}, {"source": "aws.mediaconvert"}])
def test_what_is_no_event_is_malformed(body):
    with pytest.raises(MalformedEvent):
        read(body)


def test_odd_fields_are_read_leniently():
    event = read(example("03_status_update", jobProgress={"jobPercentComplete": None, "currentPhase": 5}))
    assert (event.progress_percent, event.phase, event.job_retry_count) == (None, None, 0)
