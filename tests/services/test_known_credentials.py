"""Who a token signs in, as it is remembered between two looks at the table."""

from datetime import timedelta

import pytest

import models
from services import known_credentials
from services.access_tokens import NOTICED_SECONDS, CredentialProblem, CredentialRefused, token_hash
from services.known_credentials import ENTRY_BYTES, KnownCredentials
from tests.factories import make_token, make_user
from tests.services.small_media_convert import SettableClock

pytestmark = pytest.mark.usefixtures("database")
REVOKED, EXPIRED = CredentialProblem.REVOKED, CredentialProblem.EXPIRED
LITTLE = 0.001


class Scene:
    """The memory of a process, with both its clocks by hand, and how often the table was read."""

    def __init__(self, monkeypatch):
        self.clock, self.seconds, self.reads = SettableClock(), 1000.0, 0
        self.known = KnownCredentials(self.clock, lambda: self.seconds)
        read = known_credentials.read_credential

        async def counted(**arguments):
            self.reads += 1
            return await read(**arguments)

        monkeypatch.setattr(known_credentials, "read_credential", counted)

    async def refusal(self, token):
        with pytest.raises(CredentialRefused) as refused:
            await self.known.credential_of(token)
        return refused.value.problem


@pytest.fixture
def scene(monkeypatch, opened):
    return Scene(monkeypatch)


async def test_a_busy_client_is_looked_up_once_a_second(scene):
    ada = await make_user()
    token = await make_token(ada)
    for _ in range(10):
        credential = await scene.known.credential_of(token)
        assert credential.viewer.user_id == ada.id
        scene.seconds += NOTICED_SECONDS / 10 - LITTLE
    assert scene.reads == 1
    scene.seconds += 10 * LITTLE
    assert await scene.known.credential_of(token) == credential
    assert scene.reads == 2


@pytest.mark.parametrize("change", ["revoked", "deleted"])
async def test_a_revocation_is_noticed_within_the_bound(scene, change):
    token = await make_token(await make_user())
    row = models.AccessToken.filter(token_hash=token_hash(token))
    await scene.known.credential_of(token)
    if change == "deleted":
        await row.delete()
    else:
        await row.update(revoked_at=scene.clock.now())
    scene.seconds += NOTICED_SECONDS - LITTLE
    await scene.known.credential_of(token)
    scene.seconds += LITTLE
    assert await scene.refusal(token) is REVOKED
    # Nor does what was remembered once come back.
    assert await scene.refusal(token) is REVOKED


async def test_what_is_revoked_while_it_is_read_is_noticed_as_soon(scene, monkeypatch):
    """The second counts from before the reading, however long that took."""
    token = await make_token(await make_user())
    read = known_credentials.read_credential

    async def slow(**arguments):
        credential = await read(**arguments)
        await models.AccessToken.filter(token_hash=token_hash(token)).update(revoked_at=scene.clock.now())
        scene.seconds += NOTICED_SECONDS
        return credential

    monkeypatch.setattr(known_credentials, "read_credential", slow)
    await scene.known.credential_of(token)
    assert await scene.refusal(token) is REVOKED


async def test_a_token_expires_to_the_instant(scene):
    token = await make_token(await make_user())
    expires_at = scene.clock.now() + timedelta(milliseconds=500)
    await models.AccessToken.filter(token_hash=token_hash(token)).update(expires_at=expires_at)
    await scene.known.credential_of(token)
    scene.clock.moment = expires_at - timedelta(microseconds=1)
    await scene.known.credential_of(token)
    scene.clock.moment = expires_at
    assert await scene.refusal(token) is EXPIRED
    assert scene.reads == 1
    # The same from the table.
    scene.seconds += NOTICED_SECONDS
    assert await scene.refusal(token) is EXPIRED
    assert scene.reads == 2


async def test_who_is_unknown_is_never_remembered(scene):
    token = "airdate_not-yet"
    for _ in range(3):
        assert await scene.refusal(token) is REVOKED
    assert (scene.reads, len(scene.known)) == (3, 0)
    ada = await make_user()
    await models.AccessToken.create(user_id=ada.id, name="late", token_hash=token_hash(token))
    assert (await scene.known.credential_of(token)).viewer.user_id == ada.id


async def test_only_so_many_are_remembered(scene, monkeypatch):
    monkeypatch.setattr(known_credentials, "MEMORY_BYTES", 3 * ENTRY_BYTES)
    known = KnownCredentials(scene.clock, lambda: scene.seconds)
    ada = await make_user()
    tokens = [await make_token(ada) for _ in range(5)]
    for token in tokens:
        await known.credential_of(token)
    assert len(known) == 3
    await known.credential_of(tokens[-1])
    assert scene.reads == 5
    await known.credential_of(tokens[0])
    assert scene.reads == 6


async def test_no_token_is_kept(scene):
    token = await make_token(await make_user())
    await scene.known.credential_of(token)
    assert token not in repr(vars(scene.known._known))
    assert token_hash(token) in repr(vars(scene.known._known))
