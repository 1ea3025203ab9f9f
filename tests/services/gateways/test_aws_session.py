"""What botocore is told of AWS is less than it has, and says the same."""

from itertools import product
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader, Loader
from botocore.regions import EndpointResolver

from services.gateways.aws_session import GIVING_CREDENTIALS, SERVICES, LeanFiles, aws_session

# Whom botocore's credential providers ask.
LENDERS = ("sts", "sso", "sso-oidc")
WHOLE, LEAN = Loader(), Loader(file_loader=LeanFiles())


def test_endpoints_are_the_same_in_every_region():
    whole, lean = (EndpointResolver(loader.load_data("endpoints")) for loader in (WHOLE, LEAN))
    partitions = whole.get_available_partitions()
    assert lean.get_available_partitions() == partitions
    regions = {
        region
        for partition, service in product(partitions, SERVICES)
        for region in whole.get_available_endpoints(service, partition, allow_non_regional=True)
    }
    assert {"eu-west-1", "cn-north-1", "us-gov-west-1", "aws-global"} <= regions
    # A region that is newer than what botocore knows is made up by a partition's pattern.
    for service, region in product(SERVICES | GIVING_CREDENTIALS, [*regions, "eu-west-9"]):
        assert lean.construct_endpoint(service, region) == whole.construct_endpoint(service, region)


@pytest.mark.parametrize("kind", ["service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2"])
def test_models_are_the_same_but_for_their_documentation(kind: str):
    described = {*SERVICES, *LENDERS} & {*WHOLE.list_available_services(kind)}
    assert "s3" in described
    for service in described:
        model = undocumented(WHOLE.load_service_model(service, kind))
        assert LEAN.load_service_model(service, kind) == model


@pytest.mark.parametrize("name", ["_retry", "partitions", "sdk-default-configuration"])
def test_what_is_said_of_all_services_is_the_same(name: str):
    assert LEAN.load_data(name) == undocumented(WHOLE.load_data(name))


def test_a_file_that_is_not_there(tmp_path):
    assert LeanFiles().load_file(str(tmp_path / "none")) is None
    assert JSONFileLoader().load_file(str(tmp_path / "none")) is None


def test_credentials_are_given_by_services_whose_endpoints_are_kept():
    models = [WHOLE.load_service_model(name, "service-2") for name in LENDERS]
    assert {model["metadata"]["endpointPrefix"] for model in models} == GIVING_CREDENTIALS


async def test_a_client_keeps_no_others():
    session = aws_session()
    async with session.create_client("s3", region_name="eu-west-1") as client:
        assert client.meta.endpoint_url == "https://s3.eu-west-1.amazonaws.com"
        assert client.meta.service_model.operation_model("GetObject").documentation == ""
    assert await session.get_available_regions("ec2") == []
    assert "eu-west-1" in await session.get_available_regions("s3")


def undocumented(described: Any) -> Any:
    if isinstance(described, list):
        return [undocumented(each) for each in described]
    if not isinstance(described, dict):
        return described
    return {
        key: "" if key == "documentation" and isinstance(value, str) else undocumented(value)
        for key, value in described.items()
    }
