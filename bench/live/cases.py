"""What is measured. Each case starts the servers it needs, one at a time, and ends them."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from uuid import uuid4

from feeds import (
    PUBLISHED,
    Feed,
    Life,
    PublishedFeed,
    RedisPublisher,
    TickFeed,
    TransitionFeed,
    public_id,
)
from servers import running
from sockets import Crowd, Sockets
from steps import Outcome, Step
from world import World

from bench.cores import LOAD_CORE, SERVER_CORE
from bench.servers import Server

SATURATED = 0.95
MOST_STEPS = 5
# Messages a second at which even a server that delivered nothing at first is asked for more.
SLOWEST = 500.0
SETTLE_SECONDS = 0.5
FIRST_SOCKETS = 200
IDLE_RATE = 20


@dataclass(frozen=True)
class Scene:
    """Who watches what: so many productions with so many watchers each, at so many processes."""

    productions: int
    each: int
    has_ticks: bool = True
    one: bool = False
    cores: Sequence[int] = (SERVER_CORE,)
    has_own_ids: bool = True


class Stage:
    """A scene's servers with everybody subscribed, and how events reach them."""

    def __init__(self, world: World, servers: Sequence[Server], scene: Scene) -> None:
        self.world, self.servers, self.scene = world, servers, scene
        name = servers[0].name
        if name == "airdate":
            made = world.writer.ask(do="make", count=scene.productions)
            productions, token = made["productions"], made["token"]
        else:
            productions, token = [str(uuid4()) for _ in range(scene.productions)], None
        watched = [number % scene.productions for number in range(scene.productions * scene.each)]
        public = [public_id(production) for production in productions]
        ports = [server.port for server in servers]
        self.sockets = Sockets(Crowd(ports, public, watched, token, scene.has_own_ids))
        self.feed = self._feed(name, productions, public)

    def open(self, count: int) -> int:
        """Have so many sockets open; the servers' KiB of resident memory then."""
        self.sockets.open(count)
        time.sleep(SETTLE_SECONDS)
        return sum(server.resident_kib() for server in self.servers)

    def _feed(self, name: str, productions: Sequence[str], public: Sequence[str]) -> Feed:
        life = Life(has_ticks=self.scene.has_ticks)
        if name == "airdate" and not self.scene.has_ticks:
            return TransitionFeed(self.world.writer, life, len(productions), one=self.scene.one)
        publisher = RedisPublisher(self.world.endpoints.redis_url)
        if name == "airdate":
            return TickFeed(publisher, self.world.writer, life, productions)
        return PublishedFeed(publisher, life, public, PUBLISHED[name])

    def step(self, rate: float | None, seconds: float, events: int | None = None) -> Outcome:
        """`rate` in messages a second."""
        # A tick that waits may give way to the next one; a transition does not.
        window = max(2, self.scene.productions // 2) if self.scene.has_ticks else 4 * self.scene.productions
        return Step(
            self.sockets,
            self.feed,
            self.servers,
            seconds=seconds,
            rate=None if rate is None else rate / self.scene.each,
            window=window,
            events=events,
        ).run()


@contextmanager
def staged(world: World, name: str, scene: Scene) -> Iterator[Stage]:
    """Nobody is there yet. At the end the servers end before their clients do."""
    with ExitStack() as clients, ExitStack() as processes:
        servers = [processes.enter_context(running(name, world, core=core)) for core in scene.cores]
        stage = Stage(world, servers, scene)
        clients.enter_context(closing(stage.sockets))
        yield stage


def most(run: Callable[[float | None], Outcome]) -> Outcome:
    """The step that delivers most with a 99th percentile under the promise. The first rate is a little under
    what is delivered when nothing waits; then it goes up, and half-way back after a step too far."""
    rate = max(0.85 * run(None).delivered, SLOWEST)
    low, high = 0.0, 0.0
    best: Outcome | None = None
    for _ in range(MOST_STEPS):
        outcome = run(rate)
        if outcome.passes:
            low = rate
            if best is None or outcome.delivered > best.delivered:
                best = outcome
            if outcome.delivered < SATURATED * outcome.offered:
                break
        else:
            high = rate
        if high and low:
            rate = (low + high) / 2
        else:
            rate *= 0.7 if high else 1.25
    return best or outcome


def throughput(world: World, name: str, scene: Scene, seconds: float) -> Outcome:
    with staged(world, name, scene) as stage:
        stage.open(scene.productions * scene.each)
        return most(lambda rate: stage.step(rate, seconds))


@dataclass(frozen=True)
class Idle:
    kib: float
    p50_ms: float
    p99_ms: float


def idle(world: World, name: str, sockets: int) -> Idle:
    """KiB a socket holds, ten of them to a production, and the latency of a transition among all that idle.
    What the first sockets cost once for all is not counted."""
    scene = Scene(sockets // 10, 10, has_ticks=False, one=True)
    with staged(world, name, scene) as stage:
        before = stage.open(FIRST_SOCKETS)
        resident = stage.open(sockets) - before
        outcome = stage.step(IDLE_RATE * scene.each, seconds=2.0, events=2 * IDLE_RATE)
        return Idle(resident / (sockets - FIRST_SOCKETS), outcome.p50_ms, outcome.p99_ms)


def latency(world: World, name: str, seconds: float) -> Outcome:
    """100 transitions a second over 100 productions with 10 watchers each."""
    scene = Scene(100, 10, has_ticks=False, one=True)
    with staged(world, name, scene) as stage:
        stage.open(scene.productions * scene.each)
        return stage.step(100.0 * scene.each, seconds)


TWO = {
    "one process": (SERVER_CORE,),
    "two sharing its core": (SERVER_CORE, SERVER_CORE),
    "two, one beside the load": (SERVER_CORE, LOAD_CORE),
}
