"""What a failed call to MediaConvert means: refused for good, try again later, or nobody knows."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from services.gateways.media_convert import JobProblem, JobRefused, OutcomeUnknown, TryAgainLater
from services.gateways.no_credentials import NO_CREDENTIALS

EARLIER_ANSWER_LOST = "EarlierAnswerLost"
QUOTA_EXCEEDED, TOO_MANY_REQUESTS = 402, 429
# The server's own keys are wrong, expired, or its clock is: no fault of the job's, and mended without it.
NOT_SIGNED_IN = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
# `|` also occurs in the patterns that texts quote: it parts two problems only where a pointer follows.
BETWEEN_PROBLEMS = re.compile(r"\s*\|\s*(?=(?:/[^\s/:|]+)*:\s)")
PROBLEM = re.compile(r"(?P<pointer>(?:/[^\s/:|]+)*):\s+(?P<text>.*)", re.DOTALL)

Failure = JobRefused | TryAgainLater | OutcomeUnknown


def failure_of(error: BotoCoreError | ClientError) -> Failure:
    """The one of the three that an error of botocore's is; to be raised from it."""
    if isinstance(error, ParamValidationError):
        return JobRefused(type(error).__name__, str(error))
    if isinstance(error, NO_CREDENTIALS):
        return TryAgainLater(str(error))
    if isinstance(error, ClientError):
        return _answered(error)
    return OutcomeUnknown(f"{type(error).__name__}: {error}")


def mark_lost_answers(
    *, parsed_response: dict[str, Any] | None, exception: Exception | None, context: dict[str, Any], **_: Any
) -> None:
    """For botocore's `response-received`, which comes after each attempt of a call: note in the last answer
    that the one to an earlier attempt was lost, so that its 429 does not pass for "nothing was made"."""
    if parsed_response is not None and context.get(EARLIER_ANSWER_LOST):
        parsed_response.setdefault("ResponseMetadata", {})[EARLIER_ANSWER_LOST] = True
    if exception is not None or _status(parsed_response or {}) >= 500:
        context[EARLIER_ANSWER_LOST] = True


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _answered(error: ClientError) -> Failure:
    status, code = _status(error.response), code_of(error)
    message = str(error.response.get("Error", {}).get("Message") or error)
    if not 400 <= status < 500 or error.response["ResponseMetadata"].get(EARLIER_ANSWER_LOST):
        return OutcomeUnknown(f"{code}: {message}")
    if status in (QUOTA_EXCEEDED, TOO_MANY_REQUESTS) or code in NOT_SIGNED_IN:
        return TryAgainLater(f"{code}: {message}", code=code)
    problems = tuple(read_problems(message))
    return JobRefused(code or "Refused", "; ".join(map(sentence, problems)) or message, problems)


def read_problems(message: str) -> Iterator[JobProblem]:
    """The problems of a 400's message, `/<JSON pointer>: text` joined by `|`; none in any other text."""
    parts = [PROBLEM.fullmatch(part.strip()) for part in BETWEEN_PROBLEMS.split(message)]
    if any(part and part["pointer"] for part in parts):
        yield from (JobProblem(part["pointer"], part["text"]) for part in parts if part)


def sentence(problem: JobProblem) -> str:
    """A problem with its field named as `render.settings` names it: `OutputGroups[0].Name: is too long`."""
    name = ""
    for step in problem.pointer.split("/")[1:]:
        name += f"[{step}]" if step.isdecimal() else f".{step[:1].upper()}{step[1:]}"
    return f"{name.lstrip('.')}: {problem.text}" if name else problem.text


def _status(response: Mapping[str, Any]) -> int:
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
