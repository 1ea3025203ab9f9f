"""docs/aws/airdate.yaml against the linter of AWS, against moto, and against what the code calls."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from server.media_convert_events import KEY_HEADER
from server.settings import Settings
from tests.moto_server import TEMPLATE, aws_client, deployed, new_environment

ROOT = TEMPLATE.parent.parent.parent
GATEWAYS = ROOT / "services" / "gateways"
# The rights that an operation of S3 needs, where not just the one of its own name (its API reference, and
# what `upload_file` of boto3 calls for a large file).
S3_RIGHTS = {
    "complete_multipart_upload": {"s3:PutObject"},
    "copy_object": {"s3:GetObject", "s3:PutObject"},
    "create_multipart_upload": {"s3:PutObject"},
    "delete_objects": {"s3:DeleteObject"},
    "generate_presigned_post": {"s3:PutObject"},
    "head_object": {"s3:GetObject"},
    "list_objects_v2": {"s3:ListBucket"},
    "list_parts": {"s3:ListMultipartUploadParts"},
    "upload_file": {"s3:PutObject", "s3:AbortMultipartUpload"},
    "upload_part": {"s3:PutObject"},
}
NAME_ONLY = {"get_paginator", "generate_presigned_url"}


def operations(file):
    """The operations that a gateway calls on its client, or names as an argument of what it calls."""
    found = set()
    for node in ast.walk(ast.parse((GATEWAYS / file).read_text())):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self._client":
            found.add(node.attr)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {*NAME_ONLY, "_ask"}:
            found.add(node.args[0].value)
    return found - NAME_ONLY


def rights(service, names):
    return set().union(*(S3_RIGHTS.get(name) or {f"{service}:{camel_case(name)}"} for name in names))


def camel_case(name):
    return "".join(word.title() for word in name.split("_"))


@pytest.fixture(scope="module")
async def stack(aws_url):
    environment = new_environment()
    outputs = await deployed(
        aws_url, environment, AllowedOrigins="https://a.example.com,https://b.example.com"
    )
    return outputs | {"environment": environment}


async def policy_of(aws_url, arn):
    async with aws_client("iam", aws_url) as iam:
        version = await iam.get_policy_version(PolicyArn=arn, VersionId="v1")
    document = version["PolicyVersion"]["Document"]
    return {statement["Sid"]: statement for statement in document["Statement"]}


@pytest.mark.slow
@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1"])
def test_the_linter_of_aws_finds_nothing(region):
    linter = Path(sys.executable).parent / "cfn-lint"
    linted = subprocess.run([linter, "--regions", region, "--", TEMPLATE], capture_output=True, text=True)
    assert (linted.returncode, linted.stdout) == (0, "")


async def test_the_server_may_do_what_the_code_does_and_no_more(aws_url, stack):
    statements = (await policy_of(aws_url, stack["ServerPolicy"])).values()
    granted = {
        action
        for s in statements
        for action in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])
    }
    needed = (
        rights("mediaconvert", operations("aws_media_convert.py"))
        | rights("s3", operations("s3_object_storage.py"))
        | rights("sqs", operations("sqs_event_queue.py"))
    )
    assert granted == needed | {"iam:PassRole"}


async def test_each_right_is_for_our_own_things(aws_url, stack):
    environment = stack["environment"]
    policy = await policy_of(aws_url, stack["ServerPolicy"])
    assert {name: statement["Resource"] for name, statement in policy.items()} == {
        "Jobs": "*",
        "PassTheJobsRole": stack["MediaConvertRole"],
        "Media": f"arn:aws:s3:::{stack['Bucket']}/*",
        "ListMedia": f"arn:aws:s3:::{stack['Bucket']}",
        "Events": f"arn:aws:sqs:eu-west-1:123456789012:airdate-events-{environment}",
    }
    assert policy["PassTheJobsRole"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "mediaconvert.amazonaws.com"}
    }


async def test_mediaconvert_may_use_its_role_for_our_queue_only(aws_url, stack):
    name = stack["MediaConvertRole"].rpartition("/")[2]
    async with aws_client("iam", aws_url) as iam:
        trust = (await iam.get_role(RoleName=name))["Role"]["AssumeRolePolicyDocument"]
        policy = (await iam.get_role_policy(RoleName=name, PolicyName="media"))["PolicyDocument"]
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": "mediaconvert.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": stack["MediaConvertQueue"]},
    }
    # moto keeps a stack's inline policy as the text of a Python dict.
    statements = ast.literal_eval(policy)["Statement"]
    assert [(s["Action"], s["Resource"]) for s in statements] == [
        (["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{stack['Bucket']}/t/*"),
        ("s3:ListBucket", f"arn:aws:s3:::{stack['Bucket']}"),
    ]


async def test_events_wait_two_weeks_and_ten_receives(aws_url, stack):
    async with aws_client("sqs", aws_url) as sqs:
        url = stack["EventsQueueUrl"]
        told = (await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]))["Attributes"]
    dead = f"arn:aws:sqs:eu-west-1:123456789012:airdate-events-dead-{stack['environment']}"
    assert json.loads(told["RedrivePolicy"]) == {"deadLetterTargetArn": dead, "maxReceiveCount": 10}
    assert (told["VisibilityTimeout"], told["MessageRetentionPeriod"]) == ("60", "1209600")


# moto leaves these properties of a stack aside, so they are read from the template.


@pytest.fixture(scope="module")
def resources():
    # Here, as it takes most of a second and every worker collects this file.
    from cfnlint.decode import cfn_yaml

    return {name: resource["Properties"] for name, resource in cfn_yaml.load(TEMPLATE)["Resources"].items()}


@pytest.mark.parametrize(
    ("policy", "queue"), [("EventsPolicy", "Events"), ("DeadLettersPolicy", "DeadLetters")]
)
def test_only_the_rule_fills_the_queues(resources, policy, queue):
    (statement,) = resources[policy]["PolicyDocument"]["Statement"]
    assert statement == {
        "Sid": "FromOurRule",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": [queue, "Arn"]},
        "Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]}}},
    }


def test_pages_of_the_allowed_origins_may_upload_and_play(resources):
    uploads, playback = resources["Bucket"]["CorsConfiguration"]["CorsRules"]
    assert uploads["AllowedOrigins"] == playback["AllowedOrigins"] == {"Ref": "AllowedOrigins"}
    assert (uploads["AllowedMethods"], playback["AllowedMethods"]) == (["POST", "PUT"], ["GET", "HEAD"])
    # Of each part the page has to tell us the ETag.
    assert "ETag" in uploads["ExposedHeaders"]


def test_parts_are_not_taken_away_from_an_upload_that_is_awaited(resources):
    (rule,) = resources["Bucket"]["LifecycleConfiguration"]["Rules"]
    days = rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
    assert days * 24 * 3600 > Settings().upload_ttl_seconds


def test_posted_events_carry_the_key_that_we_ask_for(resources):
    key = resources["Connection"]["AuthParameters"]["ApiKeyAuthParameters"]
    assert key == {"ApiKeyName": KEY_HEADER, "ApiKeyValue": {"Ref": "EventsKey"}}


def test_the_readme_names_settings_that_exist():
    text = (TEMPLATE.parent / "README.md").read_text()
    named = {word.strip("`,.|") for word in text.split() if word.strip("`,.|").startswith("AIRDATE_")}
    assert named
    known = {f"AIRDATE_{name.upper()}" for name in Settings.model_fields}
    assert named <= known, named - known
