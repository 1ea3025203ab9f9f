"""Steps of an upload that several tests take."""

import models
from schema.node import row_id_of
from services.carry_out_storage_deletions import carry_out_storage_deletions
from tests.journey import COMPLETE_UPLOAD

DELETE = """mutation ($i: DeleteUploadInput!) {
  deleteUpload(input: $i) { deletedUploadId userErrors { code } } }"""


async def stored(storage, upload_id):
    row = await models.Upload.get(id=row_id_of(upload_id, "Upload"))
    return [item.key for item in await storage.list_objects(row.source_key.rpartition("/")[0] + "/")]


async def swept(gateways):
    """Carry out every noted deletion."""
    while await carry_out_storage_deletions(storage=gateways.storage, clock=gateways.clock):
        pass


async def completed(graphql, token, upload_id, **input):
    values = {"uploadId": upload_id} | input
    return (await graphql(COMPLETE_UPLOAD, {"input": values}, token=token))["completeUpload"]
