"""PostgreSQL restarted, its connections ended and gone without a word, under planned reads: each is answered,
by what is there or by "try again", and all by what is there as soon as PostgreSQL is back."""

import asyncio

import httpx
import pytest

from embedded.ports import LOOPBACK
from embedded.processes import stop_all
from tests.faults.world import writing
from tests.one_piece import one_piece_client
from tests.waiting import until

# More than there are connections to read by.
ASKERS = 16
DOWN_SECONDS = 0.5
ENDINGS = 30
READ = """query ($id: ID!) { production(id: $id) {
  id title upload { id } publications(first: 5) { totalCount nodes { id } } } }"""


class Asking:
    """Clients that ask for a production over and over."""

    def __init__(self, http, token, production):
        self._http, self._production = http, production
        self._headers = {"authorization": f"Bearer {token}"}
        self.last = []
        self._tasks = [asyncio.create_task(self._ask()) for _ in range(ASKERS)]

    async def _ask(self):
        while True:
            answer = await self.once()
            self.last = [*self.last[1 - 4 * ASKERS :], answer]
            await asyncio.sleep(0.01 if answer == httpx.codes.OK else 0.05)

    async def once(self):
        variables = {"id": self._production}
        asked = {"query": READ, "variables": variables}
        response = await self._http.post("/graphql", json=asked, headers=self._headers)
        body = response.json()
        if response.status_code == httpx.codes.OK:
            assert body["data"]["production"]["id"] == self._production
        else:
            assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE, response.text
            assert {error["extensions"]["code"] for error in body["errors"]} == {"UNAVAILABLE"}
        return response.status_code

    async def all_answer(self):
        """For some rounds, everybody."""
        self.last = []

        async def so():
            for task in self._tasks:
                assert not task.done(), task.exception()
            return len(self.last) >= 3 * ASKERS and set(self.last) == {httpx.codes.OK}

        await until(so)

    async def end(self):
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            assert isinstance(ended, asyncio.CancelledError), repr(ended)


async def restarted(outside, end):
    if end == "stopped":
        await asyncio.to_thread(stop_all, [outside.postgres.process])
    else:
        await outside.kill(outside.postgres)
    await asyncio.sleep(DOWN_SECONDS)
    await outside.start_again(outside.postgres)


async def ended(outside):
    for _ in range(ENDINGS):
        await outside.terminate_backends()
        await asyncio.sleep(0.05)


async def silent(outside, forgetting):
    outside.postgres_proxy.blackhole()
    await asyncio.sleep(DOWN_SECONDS)
    outside.postgres_proxy.heal(forgetting=forgetting)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hurt", "how"),
    [
        (restarted, ["stopped"]),
        (restarted, ["killed"]),
        (ended, []),
        (silent, [False]),
        (silent, [True]),
    ],
)
async def test_reads_go_on_after(outside, api, hurt, how):
    origin = f"http://{LOOPBACK}:{api.port}"
    async with writing(outside) as writer, one_piece_client(origin, timeout=40) as http:
        asking = Asking(http, writer.token, writer.productions[0])
        try:
            await asking.all_answer()
            await hurt(outside, *how)
            await asking.all_answer()
        finally:
            await asking.end()
