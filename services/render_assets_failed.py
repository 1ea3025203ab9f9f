class RenderAssetsFailed(Exception):
    """Something that a render needs cannot be made, now or later; the text is for people.

    `code` is one of `services/render_errors.py`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


ASSET_MISSING = "ASSET_MISSING"
ASSET_UNREADABLE = "ASSET_UNREADABLE"
SOUND_UNREADABLE = "SOUND_UNREADABLE"
