"""Colours come out as they went in, whatever the file's matrix, range, depth and transfer."""

import io

import av
import numpy as np
import pytest
from PIL import Image

from services.media.hdr_to_sdr import HdrTransfer, hdr_to_sdr
from tests.embedded.mediaconvert.rendering.studio import (
    file_group,
    file_input,
    hls_group,
    mp4_job,
    overlay,
    pictures,
    rung,
)
from tests.slow_cases import slow_after

BARS = [(191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191)]
BARS += [(20, 20, 20)]
WIDTH = 40
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "1", "-an")


def bars(height=180):
    """Eight columns of known colours, as lavfi draws them in RGB."""
    boxes = ",".join(
        f"drawbox=x={index * WIDTH}:y=0:w={WIDTH}:h={height}:c=0x{r:02x}{g:02x}{b:02x}:t=fill"
        for index, (r, g, b) in enumerate(BARS)
    )
    return ("-f", "lavfi", "-i", f"color=black:s={WIDTH * len(BARS)}x{height}:r=30:d=0.5,format=gbrp,{boxes}")


def columns(picture):
    return [
        picture[60:120, index * WIDTH + 12 : (index + 1) * WIDTH - 12].mean(axis=(0, 1)) for index in range(8)
    ]


def encoded(matrix, colour_range, pixels, primaries=None):
    scale = f"scale=out_color_matrix={matrix}:out_range={colour_range}:flags=accurate_rnd+full_chroma_int"
    tags = ("-colorspace", matrix, "-color_range", colour_range)
    if primaries:
        tags += ("-color_primaries", primaries, "-color_trc", primaries)
    return ("-vf", f"{scale},format={pixels}", *tags)


@pytest.mark.parametrize(
    ("matrix", "colour_range", "pixels"),
    slow_after(
        2,
        [
            ("bt709", "tv", "yuv420p"),
            ("smpte170m", "tv", "yuv420p"),
            ("bt470bg", "pc", "yuv420p"),
            ("bt709", "pc", "yuv420p"),
            ("bt709", "tv", "yuv422p10le"),
            ("smpte170m", "tv", "yuv444p"),
            ("bt470bg", "pc", "yuvj420p"),
            ("bt709", "tv", "yuv420p10le"),
        ],
    ),
)
async def test_bars_keep_their_colours(studio, matrix, colour_range, pixels):
    uri = await studio.made("bars.mp4", *bars(), *encoded(matrix, colour_range, pixels), *X264)
    media = (await studio.render(mp4_job(studio, file_input(uri)))).files["video.mp4"]
    for seen, meant in zip(columns(pictures(media)[5]), BARS, strict=True):
        assert seen == pytest.approx(meant, abs=3)
    with av.open(str(studio.folder / "bars.mp4")) as container:
        assert int(next(container.decode(video=0)).colorspace) in (1, 5, 6)


async def test_stills_and_thumbnails_keep_their_colours(studio):
    """JPEG is BT.601 in full range, whatever the video is."""
    uri = await studio.made("bars.mp4", *bars(), *encoded("bt709", "tv", "yuv420p"), *X264)
    request = mp4_job(studio, file_input(uri))
    capture = {"FramerateNumerator": 30, "FramerateDenominator": 1, "MaxCaptures": 3, "Quality": 95}
    still = {
        "ContainerSettings": {"Container": "RAW"},
        "VideoDescription": {
            "Width": 320,
            "Height": 180,
            "CodecSettings": {"Codec": "FRAME_CAPTURE", "FrameCaptureSettings": capture},
        },
    }
    tiles = {"IntervalCadence": "FOLLOW_CUSTOM", "ThumbnailInterval": 1.0, "ThumbnailWidth": 320}
    request["Settings"]["OutputGroups"] += [
        file_group(studio.destination("still"), still),
        hls_group(
            studio.destination("hls/index"),
            rung("_180", (320, 180)),
            ImageBasedTrickPlay="ADVANCED",
            ImageBasedTrickPlaySettings=tiles | {"TileWidth": 1, "TileHeight": 1},
        ),
    ]
    files = (await studio.render(request)).files
    assert [name for name in files if name.startswith("still")] == [f"still.000000{n}.jpg" for n in range(3)]
    for name in ("still.0000002.jpg", "hls/index_thumbnails_00001.jpg"):
        with Image.open(io.BytesIO(files[name])) as image:
            shown = np.asarray(image.convert("RGB"))
        for seen, meant in zip(columns(shown), BARS, strict=True):
            assert seen == pytest.approx(meant, abs=4)


@pytest.mark.slow
async def test_what_comes_out_says_so(studio):
    uri = await studio.made("bars.mp4", *bars(), *encoded("smpte170m", "tv", "yuv420p"), *X264)
    media = (await studio.render(mp4_job(studio, file_input(uri)))).files["video.mp4"]
    (studio.folder / "out.mp4").write_bytes(media)
    with av.open(str(studio.folder / "out.mp4")) as container:
        frame = next(container.decode(video=0))
        told = (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range)
        assert tuple(int(value) for value in told) == (1, 1, 1, 1)
        assert frame.format.name == "yuv420p"


@pytest.mark.parametrize(("height", "matrix"), slow_after(1, [(180, "smpte170m"), (720, "bt709")]))
async def test_without_tags_the_size_decides(studio, height, matrix):
    scale = f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p,setparams=colorspace=unknown"
    uri = await studio.made("bars.mp4", *bars(height), "-vf", scale, *X264)
    media = (await studio.render(mp4_job(studio, file_input(uri), size=(320, height)))).files["video.mp4"]
    for seen, meant in zip(columns(pictures(media)[5]), BARS, strict=True):
        assert seen == pytest.approx(meant, abs=3)


@pytest.mark.slow
async def test_a_selector_says_what_the_file_does_not(studio):
    scale = "scale=out_color_matrix=bt709:out_range=pc,format=yuv420p,setparams=colorspace=unknown:range=tv"
    uri = await studio.made("bars.mp4", *bars(), "-vf", scale, *X264)
    selector = {"ColorSpace": "REC_709", "ColorSpaceUsage": "FALLBACK", "SampleRange": "FULL_RANGE"}
    media = (await studio.render(mp4_job(studio, file_input(uri, VideoSelector=selector)))).files["video.mp4"]
    for seen, meant in zip(columns(pictures(media)[5]), BARS, strict=True):
        assert seen == pytest.approx(meant, abs=3)


@pytest.mark.slow
async def test_alpha_is_dropped(studio):
    translucent = ("-vf", "format=gbrap,colorchannelmixer=aa=0.5,format=argb", "-c:v", "qtrle")
    uri = await studio.made("alpha.mov", *bars(), *translucent)
    media = (await studio.render(mp4_job(studio, file_input(uri)))).files["video.mp4"]
    for seen, meant in zip(columns(pictures(media)[5]), BARS, strict=True):
        assert seen == pytest.approx(meant, abs=3)


async def test_overlays_keep_their_colours(studio):
    uri = await studio.made("black.mp4", "-f", "lavfi", "-i", "color=black:s=320x180:r=30:d=0.5", *X264)
    images = [
        overlay(
            await studio.image(f"{index}.png", (WIDTH, 180), (*colour, 255)),
            ImageX=index * WIDTH,
            Layer=index,
        )
        for index, colour in enumerate(BARS)
    ]
    request = mp4_job(studio, file_input(uri, ImageInserter={"InsertableImages": images}))
    media = (await studio.render(request)).files["video.mp4"]
    for seen, meant in zip(columns(pictures(media)[5]), BARS, strict=True):
        assert seen == pytest.approx(meant, abs=3)


GREYS = [0.05, 0.15, 0.3, 0.45, 0.58, 0.65, 0.75, 0.9]
TINTS = [
    (0.5, 0.3, 0.3),
    (0.3, 0.5, 0.3),
    (0.3, 0.3, 0.5),
    (0.6, 0.55, 0.2),
    (0.7, 0.7, 0.6),
    (0.2, 0.5, 0.55),
]
TINTS += [(0.45, 0.2, 0.4), (0.58, 0.58, 0.58)]


@pytest.mark.parametrize("transfer", slow_after(1, [HdrTransfer.PQ, HdrTransfer.HLG]))
@pytest.mark.parametrize(
    "signals", slow_after(1, [TINTS, [(grey,) * 3 for grey in GREYS]]), ids=["tints", "greys"]
)
async def test_hdr_becomes_the_posters_sdr(studio, transfer, signals):
    boxes = ",".join(
        "drawbox=x={}:y=0:w={}:h=180:c=0x{:02x}{:02x}{:02x}:t=fill".format(
            index * WIDTH, WIDTH, *(round(value * 255) for value in signal)
        )
        for index, signal in enumerate(signals)
    )
    name = {HdrTransfer.PQ: "smpte2084", HdrTransfer.HLG: "arib-std-b67"}[transfer]
    x265 = f"colorprim=bt2020:transfer={name}:colormatrix=bt2020nc:range=limited:log-level=none:qp=2"
    uri = await studio.made(
        "hdr.mp4",
        *("-f", "lavfi", "-i", f"color=black:s=320x180:r=30:d=0.3,format=gbrp,{boxes}"),
        *("-vf", "format=gbrp10le,scale=out_color_matrix=bt2020nc:out_range=tv,format=yuv420p10le"),
        *("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params", x265),
        *("-color_primaries", "bt2020", "-color_trc", name, "-colorspace", "bt2020nc"),
    )
    media = (await studio.render(mp4_job(studio, file_input(uri)))).files["video.mp4"]
    exact = [[round(value * 255) / 255 for value in signal] for signal in signals]
    poster = hdr_to_sdr(np.array([exact], dtype=np.float32), transfer)[0]
    for seen, meant in zip(columns(pictures(media)[4]), poster, strict=True):
        assert seen == pytest.approx(meant.astype(float), abs=4)


@pytest.mark.slow
async def test_vibrant_clips_where_details_are_bent(studio):
    box = "drawbox=w=160:h=180:c=0x9c9c9c:t=fill,drawbox=x=160:w=160:h=180:c=0xb4b4b4:t=fill"
    x265 = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:log-level=none:qp=2"
    uri = await studio.made(
        "hdr.mp4",
        *("-f", "lavfi", "-i", f"color=black:s=320x180:r=30:d=0.3,format=gbrp,{box}"),
        *("-vf", "format=gbrp10le,scale=out_color_matrix=bt2020nc:out_range=tv,format=yuv420p10le"),
        *("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params", x265),
        *("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"),
    )
    shown = {}
    for mapper in ("PRESERVE_DETAILS", "VIBRANT"):
        request = mp4_job(studio, file_input(uri))
        video = request["Settings"]["OutputGroups"][0]["Outputs"][0]["VideoDescription"]
        corrector = {"ColorSpaceConversion": "FORCE_709", "HdrToSdrToneMapper": mapper}
        video["VideoPreprocessors"] = {"ColorCorrector": corrector}
        picture = pictures((await studio.render(request)).files["video.mp4"])[4]
        shown[mapper] = (float(picture[:, 40:120].mean()), float(picture[:, 200:280].mean()))
    assert shown["VIBRANT"] == pytest.approx((255, 255), abs=2)
    assert 220 < shown["PRESERVE_DETAILS"][0] < shown["PRESERVE_DETAILS"][1] < 254
