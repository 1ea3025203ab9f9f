"""Points every URI of an HLS playlist (RFC 8216) somewhere else."""

import re
from collections.abc import Callable

# Every attribute with its value, so that what a quoted value holds is never taken for an attribute.
ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^",\r\n]*)')
TITLED = "#EXTINF:"
QUOTE = '"'
NAME = re.compile(r"[A-Za-z0-9._-]+")


class ForeignUri(Exception):
    """A playlist of ours names plain files beside it; anything else was not written by a render."""


def rewrite_playlist(
    text: str, *, playlist_url: Callable[[str], str], media_url: Callable[[str], str]
) -> str:
    """The playlist with each child playlist's name and each media file's name replaced by its URL; every
    other byte stays. Raises ForeignUri for a name that is a path or an address."""

    def moved(name: str) -> str:
        if not NAME.fullmatch(name) or name in (".", ".."):
            raise ForeignUri(name)
        return playlist_url(name) if name.endswith(".m3u8") else media_url(name)

    def moved_attribute(match: re.Match[str]) -> str:
        name, value = match.groups()
        return f'URI="{moved(value.strip(QUOTE))}"' if name == "URI" else match[0]

    def moved_line(line: str) -> str:
        content = line.removesuffix("\r")
        if content.startswith("#EXT") and not content.startswith(TITLED):
            return ATTRIBUTE.sub(moved_attribute, line)
        if not content.strip() or content.startswith("#"):
            return line
        return moved(content) + line[len(content) :]

    # Not splitlines(): a title may hold U+2028 and the like, which end no line of a playlist.
    return "\n".join(moved_line(line) for line in text.split("\n"))


def media_names(text: str) -> list[str]:
    """Every file a playlist names that is not a playlist itself."""
    names: list[str] = []

    def noted(name: str) -> str:
        names.append(name)
        return name

    rewrite_playlist(text, playlist_url=lambda name: name, media_url=noted)
    return list(dict.fromkeys(names))
