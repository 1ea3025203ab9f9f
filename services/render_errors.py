"""What a render's error code means to a person: whether a retry can help, and what to do.

Codes and texts after MediaConvert's documentation of its error codes; an unknown one is worth one retry.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    is_retryable: bool
    remedy: str


UPLOAD_AGAIN = Advice(False, "Upload the source again; the file cannot be read to its end.")
REPORT = Advice(False, "Report this to whoever runs the server: the job's settings or rights are wrong.")
RETRY = Advice(True, "Retry the production.")
ADVICE = {
    "1010": UPLOAD_AGAIN,
    "1020": Advice(False, "Upload a file that has a video track."),
    "1030": Advice(False, "Upload the source in another format, such as H.264 in MP4."),
    "1040": REPORT,
    "1050": Advice(True, "Retry once; if it fails again, make the production shorter."),
    "1056": RETRY,
    "1060": Advice(False, "Change the trim: it lies outside the source."),
    "1075": UPLOAD_AGAIN,
    "1076": UPLOAD_AGAIN,
    "1092": Advice(False, "Set audio to MUTE; the source's sound cannot be decoded."),
    "1401": REPORT,
    "1404": Advice(True, "Retry once; if it fails again, upload the source again."),
    "1432": REPORT,
    "1433": REPORT,
    "1434": REPORT,
    "1515": REPORT,
    "1999": RETRY,
    "3999": RETRY,
    "BadRequestException": REPORT,
    "ForbiddenException": REPORT,
    "SUBMISSION_FAILED": RETRY,
}


def advice_for(code: str) -> Advice:
    return ADVICE.get(code, RETRY)
