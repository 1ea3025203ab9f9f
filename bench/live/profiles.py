"""Where Airdate's time goes, in µs of CPU a message."""

import time

from cases import Scene, staged
from world import World

from bench.sampling import sampled, tell


def profile(world: World, case: str, scene: Scene, seconds: float) -> None:
    """Keep Airdate as busy as it can be for so long, and tell its functions, dearest first."""
    path = world.data.path / "profile"
    with staged(world, "airdate", scene) as stage:
        stage.open(scene.productions * scene.each)
        stage.step(None, 0.5)
        [server] = stage.servers
        with sampled(server.process.pid, seconds, path):
            messages, cpu, began = 0, server.cpu_seconds(), time.monotonic()
            while (left := seconds - (time.monotonic() - began)) > 0:
                # The two transitions that a step begins with are messages too.
                messages += stage.step(None, left).messages + 2 * len(stage.sockets.watchers)
            cpu = server.cpu_seconds() - cpu
    tell(case, path, cpu / messages * 1e6, "message")
