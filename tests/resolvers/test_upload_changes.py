"""An upload renamed, canceled, deleted, or asked for by others."""

import pytest

import models
from models.statuses import UploadStatus
from tests.factories import id_of, make_production, make_token, make_upload, make_user
from tests.journey import COMPLETE_UPLOAD, send_form, start_upload
from tests.media import clip
from tests.resolvers.upload_journey import DELETE, completed, stored, swept


@pytest.fixture
async def token(database):
    return await make_token(await make_user())


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    return clip(tmp_path_factory.mktemp("uploads") / "clip.mp4").read_bytes()


CANCEL = (
    "mutation ($i: CancelUploadInput!) { cancelUpload(input: $i) { upload { status } userErrors { code } } }"
)


RENAME = (
    "mutation ($i: UpdateUploadInput!) { updateUpload(input: $i) { upload { title } userErrors { code } } }"
)


async def test_cancel_rename_and_delete(graphql, gateways, storage, token, video):
    upload = await start_upload(graphql, token, video)
    ids = {"uploadId": upload["id"]}
    renamed = await graphql(RENAME, {"i": ids | {"title": " New "}}, token=token)
    assert renamed["updateUpload"] == {"upload": {"title": "New"}, "userErrors": []}
    empty = await graphql(RENAME, {"i": ids | {"title": " "}}, token=token)
    assert empty["updateUpload"] == {"upload": None, "userErrors": [{"code": "TITLE_INVALID"}]}
    await send_form(upload["transfer"], video)
    canceled = await graphql(CANCEL, {"i": ids}, token=token)
    assert canceled["cancelUpload"] == {"upload": {"status": "CANCELED"}, "userErrors": []}
    late = await completed(graphql, token, upload["id"])
    assert [error["code"] for error in late["userErrors"]] == ["UPLOAD_CANCELED"]
    await swept(gateways)
    assert await stored(storage, upload["id"]) == []
    deleted = await graphql(DELETE, {"i": ids}, token=token)
    assert deleted["deleteUpload"] == {"deletedUploadId": upload["id"], "userErrors": []}
    assert await models.Upload.all().count() == 0


async def test_an_upload_in_use_stays(graphql, database):
    owner = await make_user()
    upload = await make_upload(owner)
    await make_production(owner, upload=upload)
    data = await graphql(DELETE, {"i": {"uploadId": id_of(upload)}}, token=await make_token(owner))
    assert data["deleteUpload"] == {"deletedUploadId": None, "userErrors": [{"code": "UPLOAD_IN_USE"}]}
    assert await models.Upload.all().count() == 1
    assert await models.StorageDeletion.all().count() == 0


async def test_anothers_upload_is_not_found_by_any_operation(graphql, database):
    upload = await make_upload(await make_user(), status=UploadStatus.AWAITING_BYTES)
    stranger = await make_token(await make_user())
    ids = {"uploadId": id_of(upload)}
    complete = COMPLETE_UPLOAD.replace("$input", "$i")
    for document, input in ((CANCEL, ids), (RENAME, ids | {"title": "Mine"}), (DELETE, ids), (complete, ids)):
        (payload,) = (await graphql(document, {"i": input}, token=stranger)).values()
        assert [error["code"] for error in payload["userErrors"]] == ["UPLOAD_NOT_FOUND"]
    unchanged = await models.Upload.get()
    assert (unchanged.status, unchanged.title) == (UploadStatus.AWAITING_BYTES, upload.title)
