"""Renders that nothing is heard of: each is settled by asking, within its limit, by whichever worker."""

import asyncio
from dataclasses import replace

import pytest
from tortoise import connections

import models
from models.statuses import ProductionStatus
from services.gateways.media_convert import JobOutput, JobWarning, TryAgainLater
from services.job_settings.render_outputs import render_outputs
from services.reconcile_renders import reconcile_renders
from tests.factories import make_user


async def processing(life):
    await life.work()
    await life.tell(life.renderer.turn("job-1", "PROGRESSING"))


async def test_a_render_that_is_heard_of_is_left_alone(life):
    await processing(life)
    for _ in range(6):
        life.clock.advance(seconds=10)
        await life.tell(life.renderer.turn("job-1", "PROGRESSING", percent=10, phase="TRANSCODING"))
        assert await life.look() == 0
    assert "get_job" not in life.renderer.calls


async def test_one_in_a_queue_has_two_minutes_and_a_running_one_half_a_minute(life):
    await life.work()
    life.clock.advance(seconds=119)
    assert await life.look() == 0
    life.clock.advance(seconds=1)
    assert await life.look() == 1
    await life.tell(life.renderer.turn("job-1", "PROGRESSING"))
    life.clock.advance(seconds=29)
    assert await life.look() == 0
    life.clock.advance(seconds=1)
    assert await life.look() == 1


async def test_progress_comes_from_looking_where_no_events_arrive(life):
    await life.work()
    life.renderer.turn("job-1", "PROGRESSING", percent=42, phase="TRANSCODING", retry_count=0)
    life.clock.advance(minutes=2)
    await life.look()
    production = await life.production()
    assert (production.status, production.progress_percent, production.phase) == (
        ProductionStatus.PROCESSING,
        42,
        "TRANSCODING",
    )
    life.renderer.turn("job-1", "PROGRESSING", percent=77, phase="UPLOADING")
    life.clock.advance(seconds=30)
    await life.look()
    assert (await life.production()).progress_percent == 77


async def row_without_times_of_ours(life):
    render = await life.render(1)
    ours = ("last_heard_at", "looked_at", "overdue_at", "told_at", "_custom_generated_pk")
    return {key: value for key, value in dict(render).items() if key not in ours}


async def test_a_lost_complete_leaves_the_same_row_as_one_that_came(life):
    await processing(life)
    life.clock.advance(seconds=5)
    request = life.renderer.requests["job-1"]
    files = [output for output in render_outputs(request) if output.kind != "HLS"]
    groups = request["Settings"]["OutputGroups"]
    sizes = iter([JobOutput(5312, file.width, file.height) for file in files])
    outputs = tuple(tuple(next(sizes) for _ in group["Outputs"]) for group in groups)
    warnings = (JobWarning("230002", 1),)
    event = life.renderer.turn("job-1", "COMPLETE", outputs=outputs, warnings=warnings)
    event["detail"] |= {
        "warnings": [{"code": 230002, "count": 1}],
        "outputGroupDetails": [
            {
                "outputDetails": [
                    {
                        "outputFilePaths": [life.storage.uri(file.key)],
                        "durationInMs": 5312,
                        "videoDetails": {"widthInPx": file.width, "heightInPx": file.height},
                    }
                    for file in files
                ]
            }
        ],
    }
    before = dict(await life.render(1))
    life.clock.advance(minutes=1)
    assert await life.look() == 1
    looked = await row_without_times_of_ours(life)
    await models.Render.all().delete()
    await models.Render.create(**before)
    await models.Production.all().update(status=ProductionStatus.PROCESSING, progress_percent=0)
    await life.tell(event)
    assert await row_without_times_of_ours(life) == looked
    assert looked["status"] is ProductionStatus.COMPLETED
    assert [output["durationMs"] for output in looked["outputs"]] == [None] + [5312] * len(files)
    assert all(output["byteSize"] for output in looked["outputs"])


async def test_a_lost_error_is_told_with_its_code(life):
    await processing(life)
    life.renderer.turn("job-1", "ERROR", error_code=1040, error_message="Settings are not valid.")
    life.clock.advance(seconds=31)
    await life.look()
    render = await life.render(1)
    assert (render.status, render.error_code, render.error_message) == (
        ProductionStatus.FAILED,
        "1040",
        "Settings are not valid.",
    )


async def test_a_job_may_run_for_longer_than_two_days(life):
    await processing(life)
    life.renderer.turn("job-1", "PROGRESSING", percent=3)
    for _ in range(3):
        life.clock.advance(hours=25)
        assert await life.look() == 1
        assert await life.renders() == [(1, "PROCESSING")]
    life.renderer.turn("job-1", "COMPLETE")
    life.clock.advance(seconds=31)
    await life.look()
    assert await life.renders() == [(1, "COMPLETED")]


async def forgotten(life):
    life.renderer.jobs.pop("job-1")
    life.clock.advance(days=100)
    await life.look()


async def test_a_forgotten_job_is_lost_and_tried_again_once(life):
    await processing(life)
    await forgotten(life)
    render = await life.render(1)
    assert (render.status, render.error_code) == (ProductionStatus.FAILED, "LOST")
    assert await life.renders() == [(1, "FAILED"), (2, "QUEUED")]


async def test_a_forgotten_job_whose_files_are_all_there_is_completed(life):
    await processing(life)
    life.renderer.turn("job-1", "COMPLETE")
    await forgotten(life)
    assert await life.renders() == [(1, "COMPLETED")]
    assert (await life.production()).playable_render_number == 1


@pytest.mark.parametrize(
    "damage", ["no poster", "no segment", "playlist without end", "empty file", "nothing"]
)
async def test_files_that_are_not_all_there_prove_nothing(life, damage):
    await processing(life)
    life.renderer.turn("job-1", "COMPLETE")
    files = life.storage.objects
    rung = next(key for key in files if key.endswith(".m3u8") and "_" in key.rpartition("/")[2])
    if damage == "no poster":
        del files[next(key for key in files if key.endswith(".jpg"))]
    elif damage == "no segment":
        del files[rung.replace(".m3u8", "_00001.ts")]
    elif damage == "playlist without end":
        files[rung] = files[rung].replace(b"#EXT-X-ENDLIST", b"")
    elif damage == "empty file":
        files[rung.replace(".m3u8", "_00001.ts")] = b""
    else:
        files.clear()
    await forgotten(life)
    assert (await life.render(1)).error_code == "LOST"


async def test_a_forgotten_job_that_was_to_be_cancelled_is_canceled(life):
    await processing(life)
    await life.cancel()
    await life.work()
    await forgotten(life)
    assert await life.renders() == [(1, "CANCELED")]


async def test_a_look_that_fails_is_made_again(life):
    await processing(life)
    life.clock.advance(seconds=31)
    life.renderer.fail_before["get_job"] = TryAgainLater("slow down")
    with pytest.raises(TryAgainLater):
        await life.look()
    assert await life.look() == 0
    life.clock.advance(minutes=1)
    assert await life.look() == 1


async def test_all_workers_together_look_once_a_second_and_miss_nobody(life):
    """Ten silent renders, four workers: one look a second, each render once."""
    await processing(life)
    first = await life.render(1)
    for number in range(2, 11):
        values = {k: v for k, v in dict(first).items() if k not in ("id", "number", "job_id")}
        life.renderer.jobs[f"job-{number}"] = replace(
            life.renderer.jobs["job-1"], id=f"job-{number}", render_id=None
        )
        await models.Render.create(number=number, job_id=f"job-{number}", **values)
    life.clock.advance(seconds=31)
    life.renderer.calls.clear()
    for second in range(1, 11):
        looked = await asyncio.gather(*(life.look() for _ in range(4)))
        assert sum(looked) == 1, second
        life.clock.advance(seconds=1)
    assert life.renderer.calls == ["get_job"] * 10
    looked_at = await models.Render.all().values_list("looked_at", flat=True)
    assert len(set(looked_at)) == 10


async def test_a_job_that_nobody_knows_is_cancelled(life):
    await processing(life)
    (job,) = life.renderer.jobs.values()
    unknown = "01939e3c-0000-7000-8000-000000000001"

    def stray(name, destination=job.destination, **metadata):
        values = job.user_metadata | metadata
        life.renderer.jobs[name] = replace(
            job, id=name, user_metadata=values, render_id=values["renderId"], destination=destination
        )

    stray("unknown", renderId=unknown)
    stray("second")
    stray("nonsense", renderId="nonsense")
    stray("of another environment", env="prod", renderId=unknown)
    stray("of another app", app="studio", renderId=unknown)
    stray("of another bucket", destination="s3://media-of-others/t/hls/index", renderId=unknown)
    stray("of no bucket", destination="", renderId=unknown)
    assert await life.cancel_strays() == 3
    assert {name: job.status for name, job in life.renderer.jobs.items()} == {
        "job-1": "PROGRESSING",
        "unknown": "CANCELED",
        "second": "CANCELED",
        "nonsense": "CANCELED",
        "of another environment": "PROGRESSING",
        "of another app": "PROGRESSING",
        "of another bucket": "PROGRESSING",
        "of no bucket": "PROGRESSING",
    }
    assert await life.renders() == [(1, "PROCESSING")]
    assert await life.cancel_strays() == 0


async def test_a_job_that_its_render_does_not_know_is_noted_there(life):
    await life.work()
    await models.Render.all().update(job_id=None, submitted_at=None, attempts=1)
    assert await life.cancel_strays() == 0
    assert (await life.render(1)).job_id == "job-1"


@pytest.mark.slow
async def test_its_queries_stand_on_indexes(life, gateways):
    """Among very many renders that ended; PostgreSQL is told to dislike nothing."""
    owner = await make_user()
    connection = connections.get("default")
    await connection.execute_script(
        f"""
        INSERT INTO productions (id, owner_id, upload_id, title, config, status, progress_percent, sequence,
            current_render_number, created_at, updated_at)
        SELECT gen_random_uuid(), '{owner.id}', '{life.upload.id}', 'old', '{{}}', 'COMPLETED', 100, 1, 1,
            now(), now() FROM generate_series(1, 20000);
        INSERT INTO renders (id, production_id, number, status, config, output_prefix, progress_percent,
            job_retry_count, warnings, outputs, created_at, attempts, looked_at)
        SELECT gen_random_uuid(), id, 1, 'COMPLETED', '{{}}', 'p', 100, 0, '[]', '[]', now(), 0,
            CASE WHEN random() < 0.1 THEN now() END
        FROM productions WHERE title = 'old';
        ANALYZE renders;
        """
    )
    queries = {
        "renders_by_silence": "SELECT * FROM renders WHERE overdue_at <= now() ORDER BY overdue_at LIMIT 1",
        "renders_by_look": "SELECT * FROM renders WHERE looked_at IS NOT NULL"
        " ORDER BY looked_at DESC LIMIT 1",
        "renders_by_work": "SELECT * FROM renders WHERE (status = 'QUEUED' AND job_id IS NULL OR status IN"
        " ('QUEUED', 'PROCESSING') AND cancel_requested_at IS NOT NULL) AND (leased_until IS NULL OR"
        " leased_until < now()) ORDER BY created_at LIMIT 1",
    }
    for index, query in queries.items():
        _, rows = await connection.execute_query(f"EXPLAIN {query}")
        plan = "\n".join(row[0] for row in rows)
        assert index in plan, plan
        assert "Seq Scan" not in plan, plan
    assert (
        await reconcile_renders(renderer=life.renderer, storage=life.storage, bus=life.bus, clock=life.clock)
        == 0
    )
