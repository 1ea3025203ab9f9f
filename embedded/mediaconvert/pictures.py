"""The picture's half of the graph: inputs made alike, overlaid, cut and strung together once, then framed for
each output."""

from fractions import Fraction

from embedded.mediaconvert.encodings import Capture
from embedded.mediaconvert.filter_graph import FilterGraph, seconds
from embedded.mediaconvert.framing import framing
from embedded.mediaconvert.outputs import Picture, Thumbnails
from embedded.mediaconvert.programme import Overlay, Piece
from embedded.mediaconvert.sources import Source

TURNS = {90: "transpose=clock", 180: "hflip,vflip", 270: "transpose=cclock"}
TAGGED = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
BT709_OUT = "out_color_matrix=bt709:out_range=tv"
# A JPEG file (JFIF) is BT.601 in full range, whatever the video was.
JPEG = "out_color_matrix=bt601:out_range=full"
# Frame times are fractions; this is far below a frame and far above a double's error.
EPSILON = 1e-6


def add_programme(graph: FilterGraph) -> str:
    """The whole programme's picture: BT.709, 4:2:0, square pixels, the canvas's size."""
    return graph.strung([_piece(graph, piece) for piece in graph.programme.pieces], "v=1:a=0")


def add_output(graph: FilterGraph, programme: str, picture: Picture) -> str:
    filters = picture.framing.filters(graph.programme.canvas)
    if picture.rate != graph.rate:
        filters.insert(0, f"fps={picture.rate}:start_time=0")
    if filters:
        # What comes out is said again: x264's input is converted to its tags, not only tagged.
        programme = graph.chain(f"[{programme}]", ",".join([*filters, "setsar=1", TAGGED]))
    return _finished(graph, programme, picture)


def add_capture(graph: FilterGraph, programme: str, picture: Picture, capture: Capture) -> str:
    """The frames that are on at 0, 1/rate, 2/rate … seconds."""
    step = f"{float(capture.rate / graph.rate):.12f}"
    wanted = f"lt(ceil(n*{step}-{EPSILON}),(n+1)*{step}-{EPSILON})"
    if picture.overlays or picture.captions:
        # They count frames, so all of these are finished first.
        programme = add_output(graph, programme, picture)
        return graph.chain(f"[{programme}]", f"select='{wanted}',scale={JPEG},format=yuvj420p")
    framed = picture.framing.filters(graph.programme.canvas)
    return graph.chain(
        f"[{programme}]", ",".join([f"select='{wanted}'", *framed, f"scale={JPEG}", "format=yuvj420p"])
    )


def add_thumbnails(graph: FilterGraph, programme: str, thumbnails: Thumbnails) -> str:
    every = max(1, round(thumbnails.interval * graph.rate))
    grid = f"{thumbnails.columns}x{thumbnails.rows}"
    return graph.chain(
        f"[{programme}]",
        f"select='not(mod(n,{every}))',scale={thumbnails.width}:-2:{JPEG},format=yuvj420p,tile={grid}",
    )


def _finished(graph: FilterGraph, shown: str, picture: Picture) -> str:
    for overlay in picture.overlays:
        shown = _overlaid(graph, shown, overlay, first=0, rate=picture.rate)
    if picture.captions:
        script = graph.assets.subtitles[picture.captions, picture.size]
        shown = graph.chain(f"[{shown}]", f"subtitles=filename={quoted(str(script))}")
    return shown


def _piece(graph: FilterGraph, piece: Piece) -> str:
    """A piece's frames at the programme's rate, upright, with its input's overlays, the canvas's size."""
    source = piece.input.source
    picture = _generated(graph, piece) if source is None else _decoded(graph, piece, source)
    for overlay in piece.input.overlays:
        if overlay.start_frame < piece.end and overlay.end_frame > piece.first:
            picture = _overlaid(graph, picture, overlay, first=piece.first, rate=graph.rate)
    framed = framing(piece.input.size, *graph.programme.canvas).filters(piece.input.size)
    filters = [f"trim=end_frame={piece.frames}", "setpts=PTS-STARTPTS", *framed, "setsar=1", TAGGED]
    return graph.chain(f"[{picture}]", ",".join(filters))


def _generated(graph: FilterGraph, piece: Piece) -> str:
    width, height = piece.input.size
    black = f"color=c=black:s={width}x{height}:r={graph.rate},format=yuv420p,setpts=PTS+{piece.first}"
    background = piece.input.background
    if background is None:
        return graph.chain("", black)
    whole = Overlay(background, 0, piece.input.frames, 0, 0, 0, 0, width, height, 0, 1.0)
    return _overlaid(graph, graph.chain("", black), whole, first=piece.first, rate=graph.rate)


def _decoded(graph: FilterGraph, piece: Piece, source: Source) -> str:
    opened = graph.open(piece)
    filters = []
    if source.is_interlaced:
        mode = "send_field" if graph.rate >= Fraction(3, 2) * source.frame_rate else "send_frame"
        filters.append(f"bwdif=mode={mode}:deint=interlaced")
    # Counted on the input's own timeline, as overlays are.
    first = piece.first / graph.rate
    if opened.shift != first:
        filters.append(f"setpts=PTS+({seconds(first - opened.shift)})/TB")
    filters.append(f"fps={graph.rate}:start_time={seconds(first)}")
    filters.append("tpad=stop_mode=clone:stop=-1")
    if source.rotation:
        filters.append(TURNS[source.rotation])
    filters += _to_709(graph, source)
    return graph.chain(f"[{opened.number}:v:0]", ",".join(filters))


def _to_709(graph: FilterGraph, source: Source) -> list[str]:
    """Nothing for what is BT.709, 8 bit 4:2:0 of an even size already."""
    colour = source.colour
    stored = f"in_color_matrix={colour.matrix_name((source.width, source.height))}"
    stored += f":in_range={'full' if colour.is_full_range else 'limited'}"
    stored = "" if colour.is_rgb else f":{stored}"
    size = f"{source.width}:{source.height}:flags=bicubic+accurate_rnd"
    table = graph.assets.tables.get(colour)
    if table:
        return [
            f"scale={size}{stored}",
            "format=gbrp10le",
            f"lut3d=file={quoted(str(table))}:interp=tetrahedral",
            f"scale={BT709_OUT}",
            "format=yuv420p",
        ]
    if is_plain(source):
        return []
    return [f"scale={size}{stored}:{BT709_OUT}", "format=yuv420p"]


def is_plain(source: Source) -> bool:
    """Whether its frames can be used as they are decoded."""
    colour = source.colour
    is_709 = colour.matrix_name((source.width, source.height)) == "bt709" and not colour.is_rgb
    return (
        is_709 and not colour.is_full_range and source.is_shown_as_stored and source.pixel_format == "yuv420p"
    )


def _overlaid(graph: FilterGraph, picture: str, overlay: Overlay, *, first: int, rate: Fraction) -> str:
    """A still laid over from its first frame to its last, fading as asked; `picture` starts at frame `first`.

    The image is read and converted once. Only frames of a fade are made; between, the last one stays.
    """
    number = graph.add_input("-framerate", str(rate), "-i", str(graph.assets.images[overlay.uri]))
    still = graph.chain(f"[{number}:v]", ",".join(_still(overlay, rate)))
    shown = f"enable='between(n,{overlay.start_frame - first},{overlay.end_frame - first - 1})'"
    x = overlay.x - overlay.x % 2
    y = overlay.y - overlay.y % 2
    return graph.chain(f"[{picture}][{still}]", f"overlay={x}:{y}:{shown}")


def _still(overlay: Overlay, rate: Fraction) -> list[str]:
    filters = ["format=rgba"]
    if overlay.width or overlay.height:
        # The one that is blank is the image's own.
        filters.append(f"scale={overlay.width or 'iw'}:{overlay.height or 'ih'}:flags=lanczos")
    if overlay.x % 2 or overlay.y % 2:
        # Colour has half the pixels: overlay moves to even places only, the rest is a clear margin.
        left, top = overlay.x % 2, overlay.y % 2
        filters.append(f"pad=iw+{left}:ih+{top}:{left}:{top}:color=black@0")
    if overlay.opacity < 1:
        filters.append(f"colorchannelmixer=aa={overlay.opacity}")
    filters.append(f"scale=flags=bicubic+accurate_rnd+full_chroma_inp:{BT709_OUT}")
    filters.append("format=yuva420p")
    length = overlay.end_frame - overlay.start_frame
    fade_in, fade_out = overlay.fade_in_frames, overlay.fade_out_frames
    if not fade_in and not fade_out:
        return [*filters, f"setpts={overlay.start_frame}"]
    falling = length - fade_out
    filters.append("loop=loop=-1:size=1")
    filters.append(f"trim=end_frame={length}")
    filters.append(f"setpts=N+{overlay.start_frame}")
    filters.append(f"select='lte(n,{fade_in})+gte(n,{falling})'")
    if fade_in:
        filters.append(f"fade=in:st={_at(overlay.start_frame, rate)}:d={_at(fade_in, rate)}:alpha=1")
    if fade_out:
        filters.append(
            f"fade=out:st={_at(overlay.start_frame + falling, rate)}:d={_at(fade_out, rate)}:alpha=1"
        )
    return filters


def _at(frame: int, rate: Fraction) -> str:
    return seconds(frame / rate)


def quoted(path: str) -> str:
    """A value inside a filter graph: escaped for the option, then for the graph."""
    option = path.replace("\\", "\\\\").replace("'", "\\'").replace(":", "\\:")
    return "'" + option.replace("'", "'\\''") + "'"
