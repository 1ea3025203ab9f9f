"""Where an upload's objects lie: names chosen by the server, in ASCII; a file's own name is for people."""

import models
from services.upload_types import UPLOAD_TYPES


def upload_folder(upload: models.Upload) -> str:
    """The prefix of everything that belongs to the upload, with a slash at its end."""
    return upload.source_key.rpartition("/")[0] + "/"


def source_key(upload: models.Upload) -> str:
    """The file that is verified and then used. Nothing a client holds can write here once it is."""
    extension = UPLOAD_TYPES[upload.content_type].extension
    return f"t/{upload.owner_id}/uploads/{upload.id}/source.{extension}"


def incoming_key(upload: models.Upload) -> str:
    """Where a form brings the file: as often as it is sent, until the form expires."""
    return f"{upload_folder(upload)}incoming.{upload.source_key.rpartition('.')[2]}"
