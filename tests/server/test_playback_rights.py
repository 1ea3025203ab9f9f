"""A playback link is asked about each time: whoever loses the right to see a production stops playing it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

import models
from models.statuses import PublicationStatus, RenderOutputKind, SpaceRole, SpaceVisibility
from services.playback.playback_token import issue_playback_token
from services.viewer import ANONYMOUS, Viewer
from tests.factories import add_member, make_production, make_publication, make_space, make_user
from tests.slow_cases import slow_after

HLS = "application/vnd.apple.mpegurl"
MASTER = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex_720.m3u8\n"
MEDIA = b"#EXTM3U\n#EXTINF:6,\nindex_720_00001.ts\n#EXT-X-ENDLIST\n"


@pytest.fixture
async def owner(database):
    return await make_user()


@pytest.fixture
async def production(owner, storage):
    """A production with a small package under its render, as a render leaves it."""
    return await with_package(storage, await make_production(owner, title="Ünï/film"))


async def with_package(storage, production, duration_ms=6000, media=MEDIA):
    render = await models.Render.get(production_id=production.id, number=1)
    folder = render.output_prefix
    render.outputs = [
        {"kind": RenderOutputKind.HLS, "key": f"{folder}/hls/index.m3u8", "durationMs": None},
        {"kind": RenderOutputKind.MP4, "key": f"{folder}/video.mp4", "durationMs": duration_ms},
        {"kind": RenderOutputKind.POSTER, "key": f"{folder}/poster.0000000.jpg", "durationMs": None},
    ]
    await render.save()
    await storage.put(f"{folder}/hls/index.m3u8", MASTER, content_type=HLS)
    await storage.put(f"{folder}/hls/index_720.m3u8", media, content_type=HLS)
    await storage.put(f"{folder}/hls/index_720_00001.ts", b"segment", content_type="video/mp2t")
    await storage.put(f"{folder}/video.mp4", b"video", content_type="video/mp4")
    await storage.put(f"{folder}/poster.0000000.jpg", b"poster", content_type="image/jpeg")
    return production


@pytest.fixture
def link(settings):
    """The address of a file of a production, for a viewer."""

    def made(production, viewer, file="index.m3u8", seconds=3600):
        token = issue_playback_token(
            settings.secret_key.get_secret_value().encode(),
            production_id=production.id,
            viewer=viewer,
            expires_at=datetime.now(UTC) + timedelta(seconds=seconds),
        )
        return f"/playback/{token}/{file}"

    return made


async def statuses(http, link, production, viewer):
    """What each file of a production answers."""
    files = ("index.m3u8", "index_720.m3u8", "video.mp4", "poster.jpg")
    return [(await http.get(link(production, viewer, file))).status_code for file in files]


PLAYS = [200, 200, 302, 302]
REFUSED = [404] * 4


@pytest.mark.parametrize("status", PublicationStatus)
async def test_a_member_plays_only_what_is_live(http, link, owner, production, status):
    member = await make_user()
    space = await make_space(owner)
    await add_member(space, member, SpaceRole.VIEWER)
    await make_publication(production, space, status)
    is_live = status is PublicationStatus.LIVE
    assert await statuses(http, link, production, Viewer(member.id)) == (PLAYS if is_live else REFUSED)
    assert await statuses(http, link, production, ANONYMOUS) == REFUSED
    assert await statuses(http, link, production, Viewer(owner.id)) == PLAYS


async def test_who_leaves_a_space_stops_playing(http, link, owner, production):
    member = await make_user()
    space = await make_space(owner)
    membership = await add_member(space, member, SpaceRole.VIEWER)
    await make_publication(production, space)
    assert await statuses(http, link, production, Viewer(member.id)) == PLAYS
    await membership.delete()
    assert await statuses(http, link, production, Viewer(member.id)) == REFUSED


async def test_a_space_that_closes_is_closed_to_the_public(http, link, owner, production):
    space = await make_space(owner, visibility=SpaceVisibility.PUBLIC)
    await make_publication(production, space)
    assert await statuses(http, link, production, ANONYMOUS) == PLAYS
    space.visibility = SpaceVisibility.MEMBERS
    await space.save()
    assert await statuses(http, link, production, ANONYMOUS) == REFUSED


async def test_what_is_deleted_plays_no_more(http, link, owner, production):
    assert await statuses(http, link, production, Viewer(owner.id)) == PLAYS
    await models.Render.filter(production_id=production.id).delete()
    assert await statuses(http, link, production, Viewer(owner.id)) == REFUSED
    await production.delete()
    assert await statuses(http, link, production, Viewer(owner.id)) == REFUSED


async def test_video_and_poster_are_given_under_their_names(http, server, link, owner, production):
    viewer = Viewer(owner.id)
    video = await http.get(link(production, viewer, "video.mp4"), follow_redirects=True)
    assert (video.status_code, video.content, video.headers["content-type"]) == (200, b"video", "video/mp4")
    assert video.headers["content-disposition"] == (
        "attachment; filename=\"_n__film.mp4\"; filename*=UTF-8''%C3%9Cn%C3%AF_film.mp4"
    )
    poster = await http.get(link(production, viewer, "poster.jpg"), follow_redirects=True)
    assert (poster.content, poster.headers["content-type"]) == (b"poster", "image/jpeg")


async def test_every_answer_can_be_read_by_players_elsewhere(http, link, owner, production):
    viewer = Viewer(owner.id)
    paths = {
        link(production, viewer): 200,
        link(production, viewer, "video.mp4"): 302,
        link(production, viewer, seconds=-1): 403,
        link(production, ANONYMOUS): 404,
        link(production, viewer, "missing.m3u8"): 404,
    }
    for path, status in paths.items():
        for method in ("GET", "HEAD"):
            answer = await http.request(method, path)
            shown = (answer.status_code, answer.headers["access-control-allow-origin"])
            assert (*shown, answer.headers["cache-control"]) == (status, "*", "no-store"), (method, path)


@pytest.mark.parametrize(
    ("duration_ms", "link_seconds", "seconds"),
    [(6000, 7200, 900), (3_600_000, 7200, 4200), (3_600_000, 1800, 1800), (6000, 30, 30)],
    ids=["short", "long", "the link ends before", "the link ends soon"],
)
async def test_media_are_open_for_a_bounded_time(
    http, link, owner, production, storage, duration_ms, link_seconds, seconds
):
    """The programme and ten minutes, fifteen at least, and never beyond the link."""
    await with_package(storage, production, duration_ms)
    url = link(production, Viewer(owner.id), "index_720.m3u8", link_seconds)
    segment = (await http.get(url)).text.splitlines()[2]
    video = await http.get(link(production, Viewer(owner.id), "video.mp4", link_seconds))
    for address in (segment, video.headers["location"]):
        (expires,) = parse_qs(urlsplit(address).query)["X-Amz-Expires"]
        assert seconds - 5 <= int(expires) <= seconds
    assert (await http.get(segment)).content == b"segment"


@pytest.mark.parametrize(
    "name", slow_after(1, ["../../../secret.ts", "https://evil.example/x.ts", "/storage/media/x.ts"])
)
async def test_a_playlist_that_leads_elsewhere_is_not_given_out(
    server, link, owner, production, storage, name
):
    await with_package(storage, production, media=f"#EXTM3U\n#EXTINF:6,\n{name}\n".encode())
    async with httpx.AsyncClient(base_url=server) as client:
        answer = await client.get(link(production, Viewer(owner.id), "index_720.m3u8"))
    assert answer.status_code >= 400
    assert name not in answer.text
