"""Overlays: where they are, how large, and when."""

import numpy as np
import pytest

from tests.embedded.mediaconvert.rendering.coloured_pictures import GREEN, RED, X264, colour_at, halves
from tests.embedded.mediaconvert.rendering.studio import (
    file_input,
    generator,
    mp4_job,
    overlay,
    pictures,
    runs,
)
from tests.slow_cases import slow_after


async def test_overlays_that_reach_over_the_edge_are_cut_off(studio):
    uri = await studio.made("halves.mp4", *halves(), *X264)
    images = [
        overlay(await studio.image("wide.png", (400, 400), (*GREEN, 255)), ImageX=280, ImageY=100, Layer=3),
        overlay(await studio.image("out.png", (40, 40), (*RED, 255)), ImageX=400, ImageY=10, Layer=4),
    ]
    request = mp4_job(studio, file_input(uri, ImageInserter={"InsertableImages": images}))
    picture = pictures((await studio.render(request)).files["video.mp4"])[3]
    assert picture.shape == (180, 320, 3)
    assert (colour_at(picture, 300, 140), colour_at(picture, 270, 140)) == ("green", "blue")


async def test_layers_lie_in_their_order_and_opacity_lets_through(studio):
    uri = await studio.made("halves.mp4", *halves(), *X264)
    green, white = (
        await studio.image("g.png", (60, 60), (*GREEN, 255)),
        await studio.image("w.png", (60, 60), (255, 255, 255, 255)),
    )
    images = [
        overlay(green, ImageX=20, ImageY=20, Layer=9),
        overlay(white, ImageX=40, ImageY=40, Layer=2),
        overlay(white, ImageX=220, ImageY=40, Layer=1, Opacity=50),
    ]
    request = mp4_job(studio, file_input(uri, ImageInserter={"InsertableImages": images}))
    picture = pictures((await studio.render(request)).files["video.mp4"])[3]
    assert (colour_at(picture, 60, 60), colour_at(picture, 90, 90)) == ("green", "white")
    assert picture[60:80, 240:260].reshape(-1, 3).mean(axis=0) == pytest.approx((128, 128, 255), abs=4)


@pytest.mark.parametrize(("x", "y"), slow_after(1, [(101, 61), (100, 60), (31, 90)]))
async def test_an_overlay_is_at_its_pixel(studio, x, y):
    uri = await studio.made("black.mp4", "-f", "lavfi", "-i", "color=black:s=320x180:r=30:d=0.3", *X264)
    white = await studio.image("white.png", (50, 30), (255, 255, 255, 255))
    image = overlay(white, ImageX=x, ImageY=y)
    request = mp4_job(studio, file_input(uri, ImageInserter={"InsertableImages": [image]}))
    picture = pictures((await studio.render(request)).files["video.mp4"])[3][..., 1]
    lit = picture > 128
    (columns,) = runs([bool(column) for column in lit[y + 15]])
    (rows,) = runs([bool(row) for row in lit[:, x + 25]])
    assert columns == (x, x + 49)
    assert rows == (y, y + 29)


@pytest.mark.slow
async def test_an_overlay_is_resized_and_ends_with_the_programme(studio):
    uri = await studio.made("halves.mp4", *halves(), *X264)
    image = overlay(
        await studio.image("g.png", (200, 200), (*GREEN, 255)),
        **{"ImageX": 40, "ImageY": 40, "Width": 40, "Height": 20, "StartTime": "00:00:00:10"},
        **{"Duration": 60_000, "FadeIn": 100, "FadeOut": 100},
    )
    request = mp4_job(studio, file_input(uri, ImageInserter={"InsertableImages": [image]}))
    shown = pictures((await studio.render(request)).files["video.mp4"])
    assert len(shown) == 15
    assert (colour_at(shown[14], 60, 50), colour_at(shown[14], 60, 70)) == ("green", "red")
    assert colour_at(shown[9], 60, 50) == "red"


async def test_fades_go_in_even_steps_and_are_whole_between(studio):
    uri = await studio.made("black.mp4", "-f", "lavfi", "-i", "color=black:s=320x180:r=30:d=2", *X264)
    image = overlay(
        await studio.image("white.png", (100, 100), (255, 255, 255, 255)),
        **{"StartTime": "00:00:00:10", "Duration": 1000, "FadeIn": 300, "FadeOut": 300},
    )
    request = mp4_job(studio, file_input(uri, ImageInserter={"InsertableImages": [image]}))
    levels = [float(p[50, 50].mean()) for p in pictures((await studio.render(request)).files["video.mp4"])]
    rising, whole, falling = levels[10:20], levels[19:40], levels[40:49]
    assert np.diff(rising) == pytest.approx(28.3, abs=8)
    assert whole[1:] == pytest.approx([255] * 20, abs=2)
    assert np.diff(falling) == pytest.approx(-28.3, abs=8)
    assert levels[:10] == pytest.approx([0] * 10, abs=2)
    assert levels[49:] == pytest.approx([0] * 11, abs=2)


async def test_an_overlay_over_a_cut_goes_on_in_the_next_clip(studio):
    uri = await studio.made("black.mp4", "-f", "lavfi", "-i", "color=black:s=320x180:r=30:d=3", *X264)
    image = overlay(
        await studio.image("white.png", (100, 100), (255, 255, 255, 255)),
        **{"StartTime": "00:00:00:15", "Duration": 2000, "FadeIn": 1000, "FadeOut": 0},
    )
    clips = [
        {"StartTimecode": "00:00:01:00", "EndTimecode": "00:00:01:14"},
        {"StartTimecode": "00:00:00:00", "EndTimecode": "00:00:00:29"},
        {"StartTimecode": "00:00:02:00"},
    ]
    request = mp4_job(
        studio, file_input(uri, ImageInserter={"InsertableImages": [image]}, InputClippings=clips)
    )
    levels = [float(p[50, 50].mean()) for p in pictures((await studio.render(request)).files["video.mp4"])]
    assert len(levels) == 75
    assert (levels[0], levels[14]) == (pytest.approx(128, abs=12), pytest.approx(247, abs=12))
    assert levels[15:30] == pytest.approx([0] * 15, abs=2)
    assert levels[44] == pytest.approx(119, abs=12)
    assert levels[45:60] == pytest.approx([255] * 15, abs=2)
    assert levels[60:] == pytest.approx([0] * 15, abs=2)


@pytest.mark.slow
async def test_a_generated_input_may_show_an_image_and_a_title_over_it(studio):
    uri = await studio.made("halves.mp4", *halves(), *X264)
    title = generator(500)
    title["VideoGenerator"]["ImageInput"] = await studio.image("back.png", (640, 360), (*GREEN, 255))
    image = overlay(await studio.image("logo.png", (40, 40), (*RED, 255)), ImageX=40, ImageY=40)
    title["ImageInserter"] = {"InsertableImages": [image]}
    shown = pictures((await studio.render(mp4_job(studio, title, file_input(uri)))).files["video.mp4"])
    assert len(shown) == 30
    assert [colour_at(shown[index], 160, 120) for index in (0, 14)] == ["green", "green"]
    assert [colour_at(shown[index], 60, 60) for index in (0, 14, 15)] == ["red", "red", "red"]
    assert colour_at(shown[15], 300, 120) == "blue"


@pytest.mark.slow
async def test_output_overlays_are_in_pixels_of_the_output_on_the_whole_timeline(studio):
    uri = await studio.made("halves.mp4", *halves(), *X264)
    image = overlay(
        await studio.image("g.png", (20, 20), (*GREEN, 255)),
        **{"ImageX": 10, "ImageY": 10, "StartTime": "00:00:00:18", "Duration": 200},
    )
    request = mp4_job(studio, generator(500), file_input(uri), size=(160, 90))
    video = request["Settings"]["OutputGroups"][0]["Outputs"][0]["VideoDescription"]
    video["VideoPreprocessors"] = {"ImageInserter": {"InsertableImages": [image]}}
    shown = pictures((await studio.render(request)).files["video.mp4"])
    green = [bool(p[20, 20, 1] > 128 and p[20, 20, 0] < 100) for p in shown]
    assert runs(green) == [(18, 23)]
    assert colour_at(shown[20], 35, 35) == "red"


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({}, (40, 20)),
        ({"Width": 80}, (80, 20)),
        ({"Height": 60}, (40, 60)),
        ({"Width": 80, "Height": 60}, (80, 60)),
    ],
    ids=str,
)
async def test_an_overlay_is_as_large_as_asked(studio, asked, size):
    """The side that is left blank is the image's own."""
    uri = await studio.made("black.mp4", "-f", "lavfi", "-i", "color=black:s=320x180:r=30:d=0.5", *X264)
    image = await studio.image("white.png", (40, 20), (255, 255, 255, 255))
    shown = {"InsertableImages": [overlay(image, ImageX=100, ImageY=60) | asked]}
    request = mp4_job(studio, file_input(uri, ImageInserter=shown))
    picture = pictures((await studio.render(request)).files["video.mp4"])[5]
    rows, columns = np.nonzero(picture[:, :, 1] > 128)
    assert (columns.min(), rows.min()) == (100, 60)
    assert (columns.max() - 99, rows.max() - 59) == size
