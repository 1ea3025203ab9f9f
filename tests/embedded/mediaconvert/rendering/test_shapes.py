"""Sizes, rotation, pixel shapes and fields."""

import numpy as np
import pytest

from tests.embedded.mediaconvert.rendering.coloured_pictures import GREEN, X264, colour_at, halves
from tests.embedded.mediaconvert.rendering.studio import (
    file_input,
    mp4_job,
    overlay,
    pictures,
)
from tests.slow_cases import slow_after


@pytest.mark.slow
async def test_only_height_scales_evenly_and_none_keeps_the_size(studio):
    uri = await studio.made("halves.mp4", *halves(), *X264)
    request = mp4_job(studio, file_input(uri), size=None)
    assert pictures((await studio.render(request)).files["video.mp4"])[0].shape == (180, 320, 3)
    video = request["Settings"]["OutputGroups"][0]["Outputs"][0]["VideoDescription"]
    video["Height"] = 90
    rendered = await studio.render(request)
    assert pictures(rendered.files["video.mp4"])[0].shape == (90, 160, 3)
    (group,) = rendered.details
    details = group["outputDetails"][0]["videoDetails"]
    assert (details["widthInPx"], details["heightInPx"]) == (160, 90)


@pytest.mark.parametrize(
    ("behaviour", "size", "shown", "corner", "middle"),
    slow_after(
        1,
        [
            ("DEFAULT", (200, 200), (200, 200), "black", "red"),
            ("STRETCH_TO_OUTPUT", (200, 200), (200, 200), "red", "red"),
            ("FILL", (200, 200), (200, 200), "red", "red"),
            ("FIT", (200, 200), (200, 112), "red", "red"),
            ("FIT", (640, 640), (640, 360), "red", "red"),
            ("FIT_NO_UPSCALE", (640, 640), (320, 180), "red", "red"),
        ],
    ),
)
async def test_every_way_to_scale(studio, behaviour, size, shown, corner, middle):
    uri = await studio.made("halves.mp4", *halves(), *X264)
    request = mp4_job(studio, file_input(uri), size=size)
    request["Settings"]["OutputGroups"][0]["Outputs"][0]["VideoDescription"]["ScalingBehavior"] = behaviour
    rendered = await studio.render(request)
    picture = pictures(rendered.files["video.mp4"])[3]
    assert (picture.shape[1], picture.shape[0]) == shown
    assert colour_at(picture, 6, 6) == corner
    assert colour_at(picture, shown[0] // 2 - 8, shown[1] // 2) == middle
    assert colour_at(picture, shown[0] // 2 + 8, shown[1] // 2) == "blue"
    details = rendered.details[0]["outputDetails"][0]["videoDetails"]
    assert (details["widthInPx"], details["heightInPx"]) == shown


@pytest.mark.parametrize(
    ("rotate", "places"),
    slow_after(
        1,
        [
            ("DEGREES_90", {(90, 20): "red", (90, 300): "blue"}),
            ("DEGREES_180", {(20, 90): "blue", (300, 90): "red"}),
            ("DEGREES_270", {(90, 20): "blue", (90, 300): "red"}),
            ("DEGREE_0", {(20, 90): "red", (300, 90): "blue"}),
        ],
    ),
)
async def test_turned_clockwise_by_order_with_overlays_after(studio, rotate, places):
    uri = await studio.made("halves.mp4", *halves(), *X264)
    turned = rotate in ("DEGREES_90", "DEGREES_270")
    image = overlay(await studio.image("green.png", (40, 40), (*GREEN, 255)), ImageX=100, ImageY=100)
    request = mp4_job(
        studio,
        file_input(uri, VideoSelector={"Rotate": rotate}, ImageInserter={"InsertableImages": [image]}),
        size=(180, 320) if turned else (320, 180),
    )
    picture = pictures((await studio.render(request)).files["video.mp4"])[3]
    assert {place: colour_at(picture, *place) for place in places} == places
    assert colour_at(picture, 120, 120) == "green"
    assert colour_at(picture, 92, 120) != "green"


@pytest.mark.slow
async def test_pixels_that_are_not_square_are_made_so(studio):
    uri = await studio.made("wide.mp4", *halves("160x180"), "-vf", "setsar=2", *X264)
    picture = pictures((await studio.render(mp4_job(studio, file_input(uri), size=None))).files["video.mp4"])[
        3
    ]
    assert picture.shape == (180, 320, 3)
    assert (colour_at(picture, 150, 90), colour_at(picture, 170, 90)) == ("red", "blue")


@pytest.mark.slow
async def test_odd_sizes_become_even(studio):
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p")
    uri = await studio.made("odd.mp4", *halves("321x181"), *codec)
    rendered = await studio.render(mp4_job(studio, file_input(uri), size=None))
    assert pictures(rendered.files["video.mp4"])[0].shape == (180, 320, 3)


@pytest.mark.parametrize("first", slow_after(1, ["tff", "bff"]))
async def test_fields_are_woven_into_whole_moving_frames(studio, first):
    """A white bar that moves by 4 pixels a field: combed lines would differ from their neighbours, and fields
    in the wrong order would jerk."""
    bar = "'255*between(X,40+N*4,79+N*4)'"
    moving = f"color=black:s=320x180:r=50:d=1,format=gbrp,geq=r={bar}:g={bar}:b={bar}"
    order = {"tff": "interleave_top", "bff": "interleave_bottom"}[first]
    fields = f"{moving},format=yuv420p,tinterlace={order}"
    flags = ("-flags", "+ildct+ilme", "-x264opts", "tff=1" if first == "tff" else "bff=1")
    uri = await studio.made("fields.ts", "-f", "lavfi", "-i", fields, *X264, *flags)
    request = mp4_job(studio, file_input(uri))
    h264 = request["Settings"]["OutputGroups"][0]["Outputs"][0]["VideoDescription"]["CodecSettings"]
    h264["H264Settings"] |= {"FramerateNumerator": 25}
    shown = [
        picture[..., 1].astype(int) for picture in pictures((await studio.render(request)).files["video.mp4"])
    ]
    assert len(shown) == 25
    edges = []
    for picture in shown[3:20]:
        middle = picture[40:140]
        combing = np.abs(middle[1:-1] * 2 - middle[:-2] - middle[2:]).max(axis=0)
        assert np.percentile(combing, 95) < 60
        edges.append(float(np.argmax(middle.mean(axis=0) > 128)))
    steps = np.diff(edges)
    assert steps == pytest.approx(8, abs=2)


@pytest.mark.slow
async def test_progressive_pictures_are_left_alone(studio):
    detail = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=0.5,format=yuv420p")
    tags = ("-colorspace", "bt709", "-color_range", "tv")
    uri = await studio.made(
        "detail.mp4",
        *detail,
        "-vf",
        "setparams=colorspace=bt709:range=tv",
        *tags,
        *X264,
        "-movflags",
        "+faststart",
    )
    body = (studio.folder / "detail.mp4").read_bytes()
    request = mp4_job(studio, file_input(uri))
    own = request["Settings"]["OutputGroups"][0]["Outputs"][0]["VideoDescription"]["CodecSettings"][
        "H264Settings"
    ]
    own |= {"QvbrSettings": {"QvbrQualityLevel": 10}, "MaxBitrate": 50_000_000}
    came, went = pictures((await studio.render(request)).files["video.mp4"]), pictures(body)
    assert len(came) == len(went)
    for one, other in zip(came, went, strict=True):
        assert float(np.abs(one.astype(int) - other).mean()) < 2.5
