"""What an upload's file holds, and a still of it: one call for every kind, without database or storage."""

from models.statuses import UploadKind
from services.media.extract_poster import extract_poster
from services.media.probe_audio import probe_audio
from services.media.probe_captions import probe_captions
from services.media.probe_image import probe_image
from services.media.probe_media import probe_media
from services.media.probe_request import Poster, ProbeRequest
from services.media.probed_media import Probed

POSTER_PART = 0.1
POSTER_ENDINGS = {"PNG": "png", "JPEG": "jpg"}


def probe_upload(request: ProbeRequest) -> tuple[Probed, Poster | None]:
    """Read the file; sound and captions have no poster. Blocking, and as long as the file is large.

    Raises MediaRejected with a message for people, or OSError when the storage cannot be read.
    """
    url, content_type, longest = request.url, request.content_type, request.max_duration_ms
    if request.kind is UploadKind.VIDEO:
        media = probe_media(url, content_type=content_type, max_duration_ms=longest)
        return media, Poster(extract_poster(url, round(media.duration_ms * POSTER_PART)), "jpg")
    if request.kind is UploadKind.IMAGE:
        image, picture = probe_image(url, content_type=content_type, max_pixels=request.max_image_pixels)
        return image, Poster(picture, POSTER_ENDINGS[image.format])
    if request.kind is UploadKind.AUDIO:
        return probe_audio(url, content_type=content_type, max_duration_ms=longest), None
    return probe_captions(url, content_type=content_type, max_duration_ms=longest), None
