"""What HLS playlists and segments say."""

import io
import re

import av


def first_pts(segment, kind):
    with av.open(io.BytesIO(segment)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        return min(packet.pts for packet in container.demux(stream) if packet.pts is not None)


def attributes(line):
    pairs = re.findall(r'([A-Z-]+)=("[^"]*"|[^,]*)', line.partition(":")[2])
    return {name: value.strip('"') for name, value in pairs}


def lines_of(master, tag):
    return [attributes(line) for line in master.splitlines() if line.startswith(f"#EXT-X-{tag}:")]
