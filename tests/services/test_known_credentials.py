"""Who a token signs in, as it is remembered between two looks at the table."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

import models
from services import known_credentials
from services.access_tokens import NOTICED_SECONDS, CredentialProblem, CredentialRefused, token_hash
from services.known_credentials import ROUND_SECONDS, KnownCredentials
from tests.factories import make_token, make_user
from tests.services.small_media_convert import SettableClock
from tests.statements import statements_sent
from tests.waiting import until

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


async def test_who_is_looked_at_by_nobody_is_looked_up_once_a_second(scene):
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


async def test_whoever_is_busy_is_looked_at_with_all_others_by_one_statement(scene):
    users = [await make_user() for _ in range(5)]
    tokens = [await make_token(user) for user in users]
    for _ in range(4):
        for user, token in zip(users, tokens, strict=True):
            assert (await scene.known.credential_of(token)).viewer.user_id == user.id
        scene.seconds += ROUND_SECONDS
        with statements_sent() as sent:
            await scene.known.look()
        assert len(sent) == 1
    assert scene.reads == len(tokens)


async def test_who_asks_no_more_is_forgotten(scene):
    tokens = [await make_token(await make_user()) for _ in range(2)]
    for token in tokens:
        await scene.known.credential_of(token)
    for _ in range(3):
        scene.seconds += ROUND_SECONDS
        await scene.known.credential_of(tokens[0])
        await scene.known.look()
    assert len(scene.known) == 1
    scene.seconds += NOTICED_SECONDS
    with statements_sent() as sent:
        await scene.known.look()
    assert (len(scene.known), sent) == (0, [])


async def test_what_has_changed_is_seen_at_the_next_look(scene):
    grace = await make_user()
    tokens = [await make_token(await make_user()) for _ in range(4)]
    rows = [models.AccessToken.filter(token_hash=token_hash(token)) for token in tokens]
    for token in tokens:
        await scene.known.credential_of(token)
    await rows[0].update(revoked_at=scene.clock.now())
    await rows[1].delete()
    await rows[2].update(expires_at=scene.clock.now())
    await rows[3].update(user_id=grace.id)
    scene.seconds += ROUND_SECONDS
    await scene.known.look()
    assert [await scene.refusal(token) for token in tokens[:3]] == [REVOKED, REVOKED, EXPIRED]
    assert (await scene.known.credential_of(tokens[3])).viewer.user_id == grace.id


async def test_a_token_that_was_prolonged_is_not_refused_by_memory(scene):
    token = await make_token(await make_user())
    row = models.AccessToken.filter(token_hash=token_hash(token))
    await row.update(expires_at=scene.clock.now() + timedelta(milliseconds=700))
    await scene.known.credential_of(token)
    await row.update(expires_at=scene.clock.now() + timedelta(hours=1))
    for _ in range(3):
        scene.seconds += ROUND_SECONDS
        await scene.known.look()
        scene.clock.moment = scene.clock.now() + timedelta(seconds=ROUND_SECONDS)
        await scene.known.credential_of(token)
    assert scene.reads == 1


class Late:
    """A look at all that has been begun, and learns of the table only when it is told to go on."""

    def __init__(self, scene, monkeypatch):
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()
        read = known_credentials.read_credentials

        async def late(**arguments):
            found = await read(**arguments)
            self.begun.set()
            await self.goes_on.wait()
            return found

        monkeypatch.setattr(known_credentials, "read_credentials", late)
        self._task = asyncio.create_task(scene.known.look())

    async def end(self):
        self.goes_on.set()
        await self._task


async def test_who_asks_while_a_look_is_late_reads_for_themselves(scene, monkeypatch):
    token = await make_token(await make_user())
    await scene.known.credential_of(token)
    scene.seconds += ROUND_SECONDS
    late = Late(scene, monkeypatch)
    await late.begun.wait()
    await models.AccessToken.filter(token_hash=token_hash(token)).update(revoked_at=scene.clock.now())
    scene.seconds += NOTICED_SECONDS - ROUND_SECONDS
    assert await scene.refusal(token) is REVOKED
    # What it has found is older than that.
    await late.end()
    assert len(scene.known) == 0
    assert await scene.refusal(token) is REVOKED


async def test_a_look_that_was_late_counts_from_its_beginning(scene, monkeypatch):
    token = await make_token(await make_user())
    await scene.known.credential_of(token)
    scene.seconds += ROUND_SECONDS
    late = Late(scene, monkeypatch)
    await late.begun.wait()
    scene.seconds += NOTICED_SECONDS - LITTLE
    await late.end()
    await scene.known.credential_of(token)
    assert scene.reads == 1
    scene.seconds += LITTLE
    await scene.known.credential_of(token)
    assert scene.reads == 2


async def _refuses(known, token):
    await known.credential_of(token)
    return False


async def test_what_cannot_be_looked_at_is_trusted_no_longer(opened, monkeypatch):
    """With real time, the process's own rounds, and a PostgreSQL that fails them."""
    token = await make_token(await make_user())
    failed = asyncio.Event()

    async def away(**_):
        failed.set()
        raise ConnectionRefusedError

    monkeypatch.setattr(known_credentials, "ROUND_SECONDS", 0.01)
    known = KnownCredentials(SettableClock())
    known.start()
    try:
        await known.credential_of(token)
        for name in ("read_credential", "read_credentials"):
            monkeypatch.setattr(known_credentials, name, away)
        await asyncio.wait_for(failed.wait(), 20)
        with pytest.raises(ConnectionRefusedError):
            await until(partial(_refuses, known, token))
    finally:
        await known.stop()


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
    # Nobody is to be kept for being refused.
    scene.seconds += ROUND_SECONDS
    await scene.known.look()
    await scene.refusal(token)
    with statements_sent() as sent:
        await scene.known.look()
    assert sent == []
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
    monkeypatch.setattr(known_credentials, "MOST", 3)
    known = scene.known
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
    assert token not in repr(scene.known._known)
    assert token_hash(token) in repr(scene.known._known)
