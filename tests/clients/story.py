"""What happens to one production while clients watch it, and whether they know."""

import models
from models.statuses import ProductionStatus
from schema.context import Gateways
from services.production_status import write_production_status
from services.render_lifecycle import RenderState
from services.rows.lock_production import lock_production
from tests.clients.client_process import ClientProcess
from tests.factories import id_of
from tests.waiting import until

# Without `after` there is no more to see of these: Apollo's link for HTTP, and our own loop around gql.
UNWATCHED = {"gql_ws.py": {"plain"}, "apollo_http.mjs": {"plain"}}
Transition = tuple[int, str | None, str, int]


class Story:
    """`written` are the transitions so far: sequence, previous status, status, percent."""

    def __init__(self, production: models.Production, gateways: Gateways) -> None:
        self._production, self._gateways = production, gateways
        self.id = id_of(production)
        self.written: list[Transition] = [(1, None, "QUEUED", 0)]

    async def write(self, *statuses: ProductionStatus) -> None:
        """Each in a transaction of its own, announced as by every writer."""
        from tortoise.transactions import in_transaction

        for status in statuses:
            percent = 100 if status is ProductionStatus.COMPLETED else 0
            async with in_transaction():
                locked = await lock_production(models.Production.all(), self._production.id)
                render = await models.Render.get(production_id=locked.id, number=1)
                await write_production_status(locked, render, RenderState(status, percent), cause="a test")
            await self._gateways.bus.announce_transition()
            self.written.append((locked.sequence, self.written[-1][2], status.value, percent))

    async def is_known_to(self, clients: dict[str, ClientProcess], watches: set[str]) -> None:
        """Wait until these watches of every client were told the last transition."""
        last = self.written[-1][0]

        def unaware() -> list[tuple[str, str]]:
            return [
                (driver, watch)
                for driver, client in clients.items()
                for watch in watches - UNWATCHED.get(driver, set())
                if not any(event["sequence"] == last for event in client.told(watch))
            ]

        async def is_known() -> bool:
            ended = [driver for driver, client in clients.items() if client.process.returncode is not None]
            assert ended == [], "these ended before"
            return unaware() == []

        try:
            await until(is_known)
        except TimeoutError:
            raise AssertionError(f"transition {last} was not told to {unaware()}") from None

    def is_a_state(self, transition: Transition) -> bool:
        """Whether it was so; a present state may be told without the one before."""
        return any(transition in (each, (each[0], None, *each[2:])) for each in self.written)


def transition_of(event: dict) -> Transition:
    return (event["sequence"], event["previousStatus"], event["status"], event["progressPercent"])
