"""A rename is one statement: it changes the title and nothing else, whoever else is at work on the row."""

from uuid import uuid4

import pytest
from tortoise import connections
from tortoise.exceptions import IncompleteInstanceError
from tortoise.transactions import in_transaction

import models
from models.statuses import UploadStatus
from services.create_upload import MAX_TITLE
from services.errors import Refused, Unauthenticated
from services.rows.lock_upload import lock_upload
from services.update_upload import update_upload
from services.upload_status import write_upload_status
from services.viewer import ANONYMOUS
from tests.factories import make_upload, make_user, viewer_of
from tests.waiting_for_a_lock import waiting_for_a_lock


@pytest.fixture
async def owner(database):
    return await make_user()


async def columns():
    return await models.Upload.all().order_by("id").values()


async def refusal_of(operation):
    with pytest.raises(Refused) as refusal:
        await operation
    (error,) = refusal.value.errors
    return error.code.value, error.message, error.path


async def test_it_changes_the_title_alone(owner):
    upload, _ = await make_upload(owner), await make_upload(owner)
    before = await columns()
    renamed = await update_upload(viewer=viewer_of(owner), upload_id=upload.id, title=" Ünter \U0001f3ac\n")
    stored = await models.Upload.get(id=upload.id)
    assert {name: getattr(renamed, name) for name in before[0]} == dict(
        (await models.Upload.filter(id=upload.id).values())[0]
    )
    assert renamed == stored
    assert stored.updated_at > before[0]["updated_at"]
    changed = {"title": "Ünter \U0001f3ac", "updated_at": stored.updated_at}
    assert await columns() == [before[0] | changed, before[1]]
    # What was given back can be saved like any row.
    await renamed.save(update_fields=["title"])


async def test_the_row_has_the_columns_that_are_asked_for(owner):
    upload = await make_upload(owner, status=UploadStatus.VERIFYING)
    told = ("id", "kind", "status", "updated_at")
    renamed = await update_upload(viewer=viewer_of(owner), upload_id=upload.id, title="New", columns=told)
    stored = await models.Upload.get(id=upload.id)
    assert {name: getattr(renamed, name) for name in told} == {name: getattr(stored, name) for name in told}
    assert renamed.status is UploadStatus.VERIFYING
    assert stored.title == "New"
    with pytest.raises(AttributeError):
        _ = renamed.title
    with pytest.raises(IncompleteInstanceError):
        await renamed.save()


async def test_it_is_one_statement(owner, monkeypatch):
    upload, sent = await make_upload(owner), []
    client = type(connections.get("default"))

    def heard(name):
        function = getattr(client, name)

        async def carry_out(self, query, *values):
            sent.append(query)
            return await function(self, query, *values)

        monkeypatch.setattr(client, name, carry_out)

    for name in ("execute_query", "execute_query_dict", "execute_insert"):
        heard(name)
    for title in ("A", "B"):
        await update_upload(viewer=viewer_of(owner), upload_id=upload.id, title=title)
    assert [query.split()[0] for query in sent] == ["UPDATE", "UPDATE"]
    assert (await models.Upload.get()).title == "B"


async def test_what_others_change_meanwhile_stays(owner, aside):
    upload = await make_upload(owner, status=UploadStatus.VERIFYING)
    async with in_transaction():
        locked = await lock_upload(models.Upload.all(), upload.id)
        renaming = aside(update_upload(viewer=viewer_of(owner), upload_id=upload.id, title="New"))
        await waiting_for_a_lock()
        await write_upload_status(locked, UploadStatus.READY, cause="a test", media={"duration_ms": 1})
    renamed = await renaming
    [row] = await columns()
    assert (row["title"], row["status"], row["sequence"], row["media"]) == (
        "New",
        UploadStatus.READY,
        2,
        {"duration_ms": 1},
    )
    assert {name: getattr(renamed, name) for name in row} == row


async def test_what_is_deleted_meanwhile_is_not_found(owner, aside):
    upload = await make_upload(owner)
    async with in_transaction():
        locked = await lock_upload(models.Upload.all(), upload.id)
        renaming = aside(update_upload(viewer=viewer_of(owner), upload_id=upload.id, title="New"))
        await waiting_for_a_lock()
        await locked.delete()
    assert (await refusal_of(renaming))[0] == "UPLOAD_NOT_FOUND"
    assert await columns() == []


@pytest.mark.parametrize("title", ["New", " ", "x" * (MAX_TITLE + 1)])
async def test_who_may_not_see_it_finds_nothing(owner, title):
    upload = await make_upload(owner)
    before = await columns()
    expected = "UPLOAD_NOT_FOUND", "There is no such upload.", ("input", "uploadId")
    stranger = viewer_of(await make_user())
    for viewer, upload_id in ((stranger, upload.id), (viewer_of(owner), uuid4())):
        assert await refusal_of(update_upload(viewer=viewer, upload_id=upload_id, title=title)) == expected
    with pytest.raises(Unauthenticated):
        await update_upload(viewer=ANONYMOUS, upload_id=upload.id, title=title)
    assert await columns() == before


@pytest.mark.parametrize("title", ["", " \n", "x" * (MAX_TITLE + 1)])
async def test_a_title_that_is_none_or_too_long(owner, title):
    upload = await make_upload(owner)
    before = await columns()
    refusal = await refusal_of(update_upload(viewer=viewer_of(owner), upload_id=upload.id, title=title))
    assert refusal == ("TITLE_INVALID", f"A title has 1 to {MAX_TITLE} characters.", ("input", "title"))
    assert await columns() == before
    longest = await update_upload(viewer=viewer_of(owner), upload_id=upload.id, title=f" {'x' * MAX_TITLE} ")
    assert longest.title == "x" * MAX_TITLE
