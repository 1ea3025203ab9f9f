import pytest
from pydantic import ValidationError

from server.settings import Settings

COMPLETE = {
    "database_url": "postgres://airdate@127.0.0.1/airdate",
    "redis_url": "redis://127.0.0.1",
    "mediaconvert_role": "arn:aws:iam::111122223333:role/airdate-mediaconvert",
    "secret_key": "secret",
}


def test_events_come_by_either_way():
    assert Settings(**COMPLETE).missing() == ["AIRDATE_EVENTS_QUEUE_URL or AIRDATE_EVENTS_KEY"]
    assert Settings(**COMPLETE, events_key="key").missing() == []
    queue = "https://sqs.eu-west-1.amazonaws.com/111122223333/airdate-events-default"
    assert Settings(**COMPLETE, events_queue_url=queue).missing() == []


@pytest.mark.parametrize("name", ["mediaconvert_requests_per_second", "mediaconvert_request_burst"])
def test_mediaconvert_is_asked_at_some_rate(name):
    with pytest.raises(ValidationError):
        Settings(**{name: 0})


@pytest.mark.parametrize("environment", ["", "größe", "prod\n", "a" * 257, "a*b"])
def test_an_environment_that_jobs_cannot_carry_is_refused(environment):
    with pytest.raises(ValidationError, match="use 1 to 256 ASCII letters"):
        Settings(environment=environment)


def test_an_environment_of_all_that_jobs_can_carry():
    assert Settings(environment="Prod 1_.:/=+-@").environment == "Prod 1_.:/=+-@"


def test_only_trusted_documents_needs_some():
    with pytest.raises(ValidationError, match="set AIRDATE_TRUSTED_DOCUMENTS too"):
        Settings(trusted_documents_only=True)
    assert Settings(trusted_documents_only=True, trusted_documents="manifest.json").trusted_documents_only
