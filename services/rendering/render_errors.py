"""What a render's error code means: at which step it arose, whether a retry can help, what a person should
do, and how often we try again by ourselves.

Codes after MediaConvert's documentation of its error codes; those it lists without a meaning, and ones that
come later, get one retry. Attempts of the whole chain of automatic retries count, so each chain ends.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from models.statuses import RenderErrorStage as Stage


@dataclass(frozen=True)
class ErrorRule:
    """`message` where MediaConvert tells none; the n-th automatic retry waits `backoff` times n.

    `only_fresh` ones are tried again by ourselves only if the upload had just arrived.
    """

    stage: Stage
    is_retryable: bool
    remedy: str
    automatic_retries: int = 0
    backoff: timedelta = timedelta(0)
    only_fresh: bool = False
    message: str | None = None


class AssetsFailed(Exception):
    """A render's own files could not be made; `code` is one of the table's, the text says what was wrong."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


SOON = timedelta(seconds=15)
LATER = timedelta(minutes=1)
FRESH = timedelta(minutes=15)

UPLOAD_AGAIN = ErrorRule(
    Stage.RENDERING, False, "Upload the source again; the file cannot be read to its end."
)
OTHER_FORMAT = ErrorRule(
    Stage.RENDERING, False, "Upload the source in another format, such as H.264 with AAC in MP4."
)
REPORT = ErrorRule(
    Stage.RENDERING, False, "Report this to whoever runs the server: the job's settings are wrong."
)
RIGHTS = ErrorRule(
    Stage.RENDERING,
    True,
    "Whoever runs the server has to give MediaConvert's role its rights; retry the production then.",
)
TOO_LARGE = ErrorRule(
    Stage.RENDERING,
    True,
    "Retry the production; if it fails again, make it shorter or its ladder lower.",
    1,
    SOON,
)
INTERNAL = ErrorRule(
    Stage.RENDERING, True, "Retry the production; MediaConvert had a problem of its own.", 2, LATER
)
NETWORK = ErrorRule(Stage.RENDERING, True, "Retry the production; a connection broke.", 1, LATER)
ONCE = ErrorRule(Stage.RENDERING, True, "Retry the production.", 1, SOON)
# We send every job with acceleration DISABLED, which is the remedy for these: a retry is all that is left.
ACCELERATION = replace(ONCE, remedy="Retry the production; it is rendered without acceleration.")
SUBMISSION = ErrorRule(Stage.SUBMITTING, False, "Report this to whoever runs the server.")
ASSETS = ErrorRule(Stage.PREPARING, True, "Retry the production.", 1, SOON)
UNKNOWN = ErrorRule(
    Stage.RENDERING,
    True,
    "Retry the production; if it fails again, the message says what MediaConvert met.",
    1,
    SOON,
)

RULES = {
    "1010": replace(UPLOAD_AGAIN, automatic_retries=1, backoff=SOON, only_fresh=True),
    "1020": replace(UPLOAD_AGAIN, remedy="Upload a file that has a video track."),
    "1021": replace(UPLOAD_AGAIN, remedy="Upload a file that has a sound track, or set audio to MUTE."),
    "1030": OTHER_FORMAT,
    "1040": REPORT,
    "1041": ACCELERATION,
    "1042": ACCELERATION,
    "1050": TOO_LARGE,
    "1056": ONCE,
    "1060": replace(REPORT, remedy="Change the trim: it lies outside the source."),
    "1075": UPLOAD_AGAIN,
    "1076": UPLOAD_AGAIN,
    "1091": RIGHTS,
    "1092": replace(OTHER_FORMAT, remedy="Set audio to MUTE; the source's sound cannot be decoded."),
    "1401": RIGHTS,
    "1404": ErrorRule(
        Stage.RENDERING,
        True,
        "Retry the production; if it fails again, upload the source again.",
        1,
        SOON,
        only_fresh=True,
    ),
    "1432": RIGHTS,
    "1433": RIGHTS,
    "1434": RIGHTS,
    "1507": TOO_LARGE,
    "1515": RIGHTS,
    "1550": ACCELERATION,
    "1999": INTERNAL,
    "3400": OTHER_FORMAT,
    "3401": UPLOAD_AGAIN,
    "3403": UPLOAD_AGAIN,
    "3404": UPLOAD_AGAIN,
    "3408": NETWORK,
    "3450": NETWORK,
    "3451": NETWORK,
    "3457": RIGHTS,
    "3999": INTERNAL,
    "ASSETS_FAILED": replace(ASSETS, message="The titles, sound or captions could not be made."),
    "ASSET_MISSING": replace(
        ASSETS,
        is_retryable=False,
        automatic_retries=0,
        remedy="Choose another upload in the config; one that it uses is gone.",
        message="An upload that the config uses is gone.",
    ),
    "ASSET_UNREADABLE": replace(
        ASSETS,
        is_retryable=False,
        automatic_retries=0,
        remedy="Choose another upload in the config; one that it uses cannot be read.",
        message="An upload that the config uses cannot be read.",
    ),
    "SOUND_UNREADABLE": replace(
        ASSETS,
        is_retryable=False,
        automatic_retries=0,
        remedy="Set audio to MUTE; the upload's own sound cannot be decoded.",
        message="The upload's own sound cannot be decoded.",
    ),
    "BadRequestException": replace(
        SUBMISSION, remedy="Report this to whoever runs the server: MediaConvert does not take the job."
    ),
    "ConflictException": replace(
        SUBMISSION, is_retryable=True, remedy="Retry the production.", automatic_retries=1, backoff=LATER
    ),
    "ForbiddenException": replace(
        SUBMISSION,
        is_retryable=True,
        remedy="Whoever runs the server has to allow it mediaconvert:CreateJob and iam:PassRole; retry then.",
    ),
    "NotFoundException": replace(
        SUBMISSION,
        is_retryable=True,
        remedy="Whoever runs the server has to name a queue that exists; retry then.",
    ),
    "ServiceQuotaExceededException": replace(
        SUBMISSION,
        is_retryable=True,
        remedy="Retry the production later, or have the account's MediaConvert quota raised.",
        automatic_retries=2,
        backoff=timedelta(minutes=10),
    ),
    "SUBMISSION_FAILED": replace(
        SUBMISSION,
        is_retryable=True,
        remedy="Retry the production; MediaConvert could not be reached or did not answer.",
        message="The render could not be handed to MediaConvert.",
    ),
    "LOST": ErrorRule(
        Stage.RENDERING,
        True,
        "Retry the production.",
        1,
        message="MediaConvert no longer knows the job, and its files are not all there.",
    ),
}
# botocore's own refusal of a request that its model does not allow.
RULES["ParamValidationError"] = RULES["BadRequestException"]


def rule_for(code: str) -> ErrorRule:
    return RULES.get(code, UNKNOWN)


def automatic_retry_after(code: str, *, retries_made: int, upload_age: timedelta) -> timedelta | None:
    """How long to wait before trying again by ourselves; None when a person has to ask.

    `retries_made` counts the chain's earlier automatic retries, whatever their causes.
    """
    rule = rule_for(code)
    if retries_made >= rule.automatic_retries or (rule.only_fresh and upload_age > FRESH):
        return None
    return rule.backoff * (retries_made + 1)
