"""An SQS queue by aiobotocore: AWS's, or whatever speaks its protocol at the configured endpoint."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import BotoCoreError, ClientError

from services.gateways.event_queue import QueuedMessage, QueueProblem, QueueUnusable
from services.gateways.no_credentials import NO_CREDENTIALS

POLL_SECONDS = 20
BATCH = 10
RECEIVE_COUNT = "ApproximateReceiveCount"
MISSING = frozenset({"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"})
NOT_IN_HAND = frozenset(
    {
        "InvalidParameterValue",
        "MessageNotInflight",
        "AWS.SimpleQueueService.MessageNotInflight",
        "ReceiptHandleIsInvalid",
    }
)
FORBIDDEN = 403


class SqsEventQueue:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    async def receive(self, *, hidden_seconds: int) -> Sequence[QueuedMessage]:
        answer = await self._ask(
            "receive_message",
            MaxNumberOfMessages=BATCH,
            WaitTimeSeconds=POLL_SECONDS,
            VisibilityTimeout=hidden_seconds,
            MessageSystemAttributeNames=[RECEIVE_COUNT],
        )
        return [
            QueuedMessage(
                id=message["MessageId"],
                body=message["Body"],
                receipt=message["ReceiptHandle"],
                times_received=int(message.get("Attributes", {}).get(RECEIVE_COUNT, 1)),
            )
            for message in answer.get("Messages", [])
        ]

    async def hide(self, message: QueuedMessage, *, seconds: int) -> None:
        await self._ask(
            "change_message_visibility",
            harmless=NOT_IN_HAND,
            ReceiptHandle=message.receipt,
            VisibilityTimeout=seconds,
        )

    async def delete(self, message: QueuedMessage) -> None:
        await self._ask("delete_message", ReceiptHandle=message.receipt)

    async def check(self) -> None:
        await self._ask("get_queue_attributes", AttributeNames=["QueueArn"])

    async def _ask(
        self, operation: str, *, harmless: frozenset[str] = frozenset(), **arguments: Any
    ) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = await getattr(self._client, operation)(QueueUrl=self._url, **arguments)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in harmless:
                return {}
            raise QueueUnusable(*self._told(operation, code, error)) from error
        except BotoCoreError as error:
            problem = QueueProblem.DENIED if isinstance(error, NO_CREDENTIALS) else QueueProblem.UNREACHABLE
            message = f"{operation} of {self._url}: {type(error).__name__}: {error}"
            raise QueueUnusable(problem, message) from error
        return answer

    def _told(self, operation: str, code: str, error: ClientError) -> tuple[QueueProblem, str]:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if code in MISSING:
            return QueueProblem.MISSING, f"There is no queue {self._url}, or it is of another region."
        if status == FORBIDDEN or "AccessDenied" in code:
            return QueueProblem.DENIED, f"{operation} of {self._url} is denied to these credentials: {error}"
        return QueueProblem.UNREACHABLE, f"{operation} of {self._url}: {error}"


@asynccontextmanager
async def open_sqs(
    session: AioSession, *, endpoint_url: str | None, url: str, region: str
) -> AsyncIterator[SqsEventQueue]:
    """One client for the life of a process."""
    config = AioConfig(
        retries={"mode": "standard", "total_max_attempts": 2},
        connect_timeout=5,
        read_timeout=POLL_SECONDS + 10,
    )
    async with session.create_client(
        "sqs", endpoint_url=endpoint_url, region_name=region, config=config
    ) as client:
        yield SqsEventQueue(client, url)
