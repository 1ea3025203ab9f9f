"""Every code of the reference's table, and ours: what a person is told, and what we do by ourselves."""

from datetime import timedelta

import pytest

from models.statuses import RenderErrorStage as Stage
from services.rendering.render_errors import RULES, UNKNOWN, automatic_retry_after, rule_for

FRESH, OLD = timedelta(minutes=1), timedelta(days=1)
# Automatic retries after each code: with an upload that just arrived, and with an old one.
MEDIA_CONVERT = {
    "1010": (1, 0),
    "1020": (0, 0),
    "1021": (0, 0),
    "1030": (0, 0),
    "1040": (0, 0),
    "1041": (1, 1),
    "1042": (1, 1),
    "1550": (1, 1),
    "1050": (1, 1),
    "1507": (1, 1),
    "1056": (1, 1),
    "1060": (0, 0),
    "1075": (0, 0),
    "1076": (0, 0),
    "1092": (0, 0),
    "1091": (0, 0),
    "1401": (0, 0),
    "1404": (1, 0),
    "1432": (0, 0),
    "1433": (0, 0),
    "1434": (0, 0),
    "1515": (0, 0),
    "1999": (2, 2),
    "3999": (2, 2),
    "3400": (0, 0),
    "3401": (0, 0),
    "3403": (0, 0),
    "3404": (0, 0),
    "3408": (1, 1),
    "3450": (1, 1),
    "3451": (1, 1),
    "3457": (0, 0),
}
NOT_EXPLAINED = (
    *("1022", "1043", "1080", "1093", "1517", "1522", "1601", "1602", "1603", "1700"),
    *("3452", "3453", "3454", "3455", "3456", "3458", "9999", "UNKNOWN"),
)
OURS = {
    "BadRequestException": (Stage.SUBMITTING, False, 0),
    "ParamValidationError": (Stage.SUBMITTING, False, 0),
    "ConflictException": (Stage.SUBMITTING, True, 1),
    "ForbiddenException": (Stage.SUBMITTING, True, 0),
    "NotFoundException": (Stage.SUBMITTING, True, 0),
    "ServiceQuotaExceededException": (Stage.SUBMITTING, True, 2),
    "SUBMISSION_FAILED": (Stage.SUBMITTING, True, 0),
    "ASSETS_FAILED": (Stage.PREPARING, True, 1),
    "ASSET_MISSING": (Stage.PREPARING, False, 0),
    "ASSET_UNREADABLE": (Stage.PREPARING, False, 0),
    "SOUND_UNREADABLE": (Stage.PREPARING, False, 0),
    "LOST": (Stage.RENDERING, True, 1),
}


def retries(code, upload_age):
    """How often a render that always fails with the code is tried again by itself."""
    made = 0
    while automatic_retry_after(code, retries_made=made, upload_age=upload_age) is not None:
        made += 1
        assert made < 10, "a chain without an end"
    return made


def test_the_table_has_these_codes_and_no_others():
    assert set(RULES) == {*MEDIA_CONVERT, *OURS}


@pytest.mark.parametrize(("code", "expected"), MEDIA_CONVERT.items())
def test_media_converts_codes(code, expected):
    assert (retries(code, FRESH), retries(code, OLD)) == expected
    rule = rule_for(code)
    assert rule.stage is Stage.RENDERING
    assert rule.remedy.endswith(".")
    assert rule.is_retryable or max(expected) <= 1


@pytest.mark.parametrize("code", NOT_EXPLAINED)
def test_codes_without_a_known_meaning_get_one_retry(code):
    assert rule_for(code) is UNKNOWN
    assert (retries(code, OLD), UNKNOWN.is_retryable) == (1, True)


@pytest.mark.parametrize(("code", "expected"), OURS.items())
def test_our_own_codes(code, expected):
    rule = rule_for(code)
    assert (rule.stage, rule.is_retryable, retries(code, OLD)) == expected
    assert rule.remedy.endswith(".")


def test_internal_errors_wait_longer_each_time():
    waits = [automatic_retry_after("1999", retries_made=made, upload_age=OLD) for made in range(3)]
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), None]


def test_retries_after_other_codes_count_too():
    assert automatic_retry_after("1056", retries_made=1, upload_age=OLD) is None
    assert automatic_retry_after("1999", retries_made=1, upload_age=OLD) is not None
