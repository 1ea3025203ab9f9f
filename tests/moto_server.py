"""moto as a process of its own: AWS for whoever is given its address."""

import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from aiobotocore.session import get_session
from types_aiobotocore_sqs import SQSClient

from embedded.ports import LOOPBACK, free_ports
from embedded.processes import dying_with_parent
from embedded.readiness import http_problem

REGION = "eu-west-1"
PATIENCE_SECONDS = 30
TEMPLATE = Path(__file__).parent.parent / "docs" / "aws" / "airdate.yaml"
numbers = count(1)


@contextmanager
def moto_server() -> Iterator[str]:
    (port,) = free_ports(1)
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", LOOPBACK, "-p", str(port)]
    server = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=dying_with_parent(signal.SIGKILL),
    )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while problem := http_problem(LOOPBACK, port, "/moto-api/"):
            assert server.poll() is None, "moto ended"
            assert time.monotonic() < deadline, problem
            time.sleep(0.05)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.kill()
        server.wait()


@asynccontextmanager
async def aws_client(service: str, url: str) -> AsyncIterator[Any]:
    async with get_session().create_client(service, endpoint_url=url, region_name=REGION) as client:
        yield client


async def deployed(url: str, environment: str, **parameters: str) -> dict[str, str]:
    """Our template as a stack of its own; its outputs."""
    given = {"Environment": environment, "BucketName": f"airdate-{environment}"} | parameters
    given.setdefault("AllowedOrigins", "https://studio.example.com")
    async with aws_client("cloudformation", url) as cloudformation:
        await cloudformation.create_stack(
            StackName=environment,
            TemplateBody=TEMPLATE.read_text(),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()],
        )
        (stack,) = (await cloudformation.describe_stacks(StackName=environment))["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def new_environment() -> str:
    return f"test-{next(numbers)}"


async def messages_in(sqs: SQSClient, url: str) -> int:
    """How many there are, in hand or not."""
    kinds = ("", "NotVisible", "Delayed")
    names: Any = [f"ApproximateNumberOfMessages{kind}" for kind in kinds]
    told = (await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names))["Attributes"]
    return sum(int(told[name]) for name in names)
