from models.statuses import UploadRejectionCode


class MediaRejected(Exception):
    """A file that cannot become a video here; `message` is for the person who sent it."""

    def __init__(self, code: UploadRejectionCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
