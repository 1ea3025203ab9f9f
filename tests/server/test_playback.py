"""Who may play what, on the wire; playlists and segments made by hand, kept in the real storage."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

import models
from models.statuses import ProductionStatus, PublicationStatus, RenderOutputKind, SpaceRole, SpaceVisibility
from services.playback.playback_token import issue_playback_token
from services.production_config import Caption, ProductionConfig
from services.viewer import ANONYMOUS, Viewer
from tests.factories import (
    add_member,
    id_of,
    make_production,
    make_publication,
    make_space,
    make_token,
    make_user,
)

PLAYBACK = "query ($id: ID!) { production(id: $id) { playback { hlsUrl mp4Url embedUrl expiresAt } } }"


async def rendered(storage, production, number=1, body=b"segment"):
    """Put a small HLS package under a render, as a render leaves it."""
    render, _ = await models.Render.get_or_create(
        production_id=production.id,
        number=number,
        defaults={
            "status": ProductionStatus.COMPLETED,
            "config": production.config,
            "output_prefix": f"t/{production.owner_id}/p/{production.id}/r/{number}",
        },
    )
    folder = f"{render.output_prefix}/hls"
    render.outputs = [
        {"kind": RenderOutputKind.HLS, "key": f"{folder}/index.m3u8", "durationMs": None},
        {"kind": RenderOutputKind.HLS_RENDITION, "key": f"{folder}/index_720.m3u8", "durationMs": 6000},
    ]
    await render.save()
    master = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex_720.m3u8\n"
    await storage.put(f"{folder}/index.m3u8", master, content_type="application/vnd.apple.mpegurl")
    media = b"#EXTM3U\n#EXTINF:6,\nindex_720_00001.ts\n#EXT-X-ENDLIST\n"
    await storage.put(f"{folder}/index_720.m3u8", media, content_type="application/vnd.apple.mpegurl")
    await storage.put(f"{folder}/index_720_00001.ts", body, content_type="video/mp2t")


async def hls_url(graphql, production, token=None):
    shown = (await graphql(PLAYBACK, {"id": id_of(production)}, token=token))["production"]
    return shown["playback"]["hlsUrl"] if shown else None


async def played(http, url):
    """The first segment, reached as a player reaches it."""
    master = await http.get(url)
    assert master.status_code == 200
    assert master.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert master.headers["cache-control"] == "no-store"
    assert master.headers["access-control-allow-origin"] == "*"
    child = await http.get(str(httpx.URL(url).join(master.text.splitlines()[-1])))
    segment = await http.get(str(httpx.URL(url).join(child.text.splitlines()[2])))
    return segment.content


async def test_the_owner_plays_and_the_link_stays_the_same(graphql, http, storage):
    owner = await make_user()
    production = await make_production(owner)
    await rendered(storage, production)
    token = await make_token(owner)
    url = await hls_url(graphql, production, token)
    assert await played(http, url) == b"segment"
    assert await hls_url(graphql, production, token) == url


async def test_a_member_plays_until_it_is_withdrawn(graphql, http, storage):
    owner, member = await make_user(), await make_user()
    space, production = await make_space(owner), await make_production(owner)
    await add_member(space, member, SpaceRole.VIEWER)
    publication = await make_publication(production, space)
    await rendered(storage, production)
    url = await hls_url(graphql, production, await make_token(member))
    assert await played(http, url) == b"segment"
    assert await hls_url(graphql, production) is None
    publication.status = PublicationStatus.WITHDRAWN
    await publication.save()
    refused = await http.get(url)
    assert (refused.status_code, refused.text) == (404, "There is nothing to play here.")


async def test_everybody_plays_what_is_live_in_a_public_space(graphql, http, storage):
    owner = await make_user()
    space = await make_space(owner, visibility=SpaceVisibility.PUBLIC)
    production = await make_production(owner)
    await make_publication(production, space)
    await rendered(storage, production)
    assert await played(http, await hls_url(graphql, production)) == b"segment"


async def test_captions_show_unasked_only_where_the_config_says_so(graphql, http, storage):
    """As AWS writes them, the first track is the default."""
    owner = await make_user()
    production = await make_production(owner)
    await rendered(storage, production)
    render = await models.Render.get(production_id=production.id)
    track = (
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",DEFAULT={},URI="index_captions_1.m3u8"'
    )
    master = "#EXTM3U\n" + track.format("YES") + "\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex_720.m3u8\n"
    folder = f"{render.output_prefix}/hls"
    await storage.put(f"{folder}/index.m3u8", master.encode(), content_type="application/vnd.apple.mpegurl")
    url = await hls_url(graphql, production, await make_token(owner))
    for is_default, marked in ((False, "NO"), (True, "YES")):
        caption = Caption(upload_id=production.upload_id, is_default=is_default)
        render.config = ProductionConfig(captions=(caption,)).to_json()
        await render.save()
        assert track.format(marked) in (await http.get(url)).text


CAPTIONED = """#EXTM3U
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",LANGUAGE="en",NAME="English",URI="index_captions_1.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1,SUBTITLES="subs"
index_720.m3u8
"""


async def test_captions_are_reached_from_any_page_as_the_pictures_are(graphql, http, storage):
    owner = await make_user()
    production = await make_production(owner)
    await rendered(storage, production)
    folder = f"t/{owner.id}/p/{production.id}/r/1/hls"
    words = b"WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:126000\n\n00:01.000 --> 00:02.000\nHello\n"
    playlist = b"#EXTM3U\n#EXTINF:6,\nindex_captions_1_00001.vtt\n#EXT-X-ENDLIST\n"
    await storage.put(
        f"{folder}/index.m3u8", CAPTIONED.encode(), content_type="application/vnd.apple.mpegurl"
    )
    await storage.put(
        f"{folder}/index_captions_1.m3u8", playlist, content_type="application/vnd.apple.mpegurl"
    )
    await storage.put(f"{folder}/index_captions_1_00001.vtt", words, content_type="text/vtt")
    url = await hls_url(graphql, production, await make_token(owner))
    origin = {"origin": "https://pages.example"}
    master = await http.get(url, headers=origin)
    assert 'URI="index_captions_1.m3u8"' in master.text, "beside the master, under the same token"
    track = await http.get(str(httpx.URL(url).join("index_captions_1.m3u8")), headers=origin)
    segment = await http.get(str(httpx.URL(url).join(track.text.splitlines()[2])), headers=origin)
    assert segment.content == words
    assert segment.headers["content-type"].startswith("text/vtt")
    for answer in (master, track, segment):
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_the_sound_alone_is_a_download_where_it_was_asked_for(graphql, http, storage):
    owner = await make_user()
    token = await make_token(owner)
    production = await make_production(owner, title="Talk")
    await rendered(storage, production)
    query = "query ($id: ID!) { production(id: $id) { playback { audioUrl hlsUrl } } }"
    links = (await graphql(query, {"id": id_of(production)}, token=token))["production"]["playback"]
    assert links["audioUrl"] is None
    assert (await http.get(links["hlsUrl"].replace("index.m3u8", "audio.m4a"))).status_code == 404
    render = await models.Render.get(production_id=production.id)
    key = f"{render.output_prefix}/audio/sound.m4a"
    await storage.put(key, b"sound", content_type="audio/mp4")
    render.outputs = [*render.outputs, {"kind": RenderOutputKind.AUDIO, "key": key, "durationMs": 6000}]
    await render.save()
    links = (await graphql(query, {"id": id_of(production)}, token=token))["production"]["playback"]
    answer = await http.get(links["audioUrl"], follow_redirects=True)
    assert answer.content == b"sound"
    assert 'filename="Talk.m4a"' in answer.headers["content-disposition"]


async def test_a_failed_newer_render_does_not_stop_the_earlier_one(graphql, http, storage):
    owner = await make_user()
    production = await make_production(owner)
    token = await make_token(owner)
    await rendered(storage, production, body=b"first")
    url = await hls_url(graphql, production, token)
    production.status = ProductionStatus.FAILED
    production.current_render_number = 2
    await production.save()
    assert await played(http, url) == b"first"
    await rendered(storage, production, number=2, body=b"second")
    production.playable_render_number = 2
    await production.save()
    assert await played(http, url) == b"second"


def link(settings, production, viewer, expires_at):
    secret = settings.secret_key.get_secret_value().encode()
    token = issue_playback_token(secret, production_id=production.id, viewer=viewer, expires_at=expires_at)
    return f"/playback/{token}/index.m3u8"


async def test_expired_forged_and_foreign_links_are_refused(http, storage, settings):
    owner = await make_user()
    production = await make_production(owner)
    await rendered(storage, production)
    soon = datetime.now(UTC) + timedelta(hours=1)
    good = link(settings, production, Viewer(owner.id), soon)
    assert (await http.get(good)).status_code == 200
    expired = await http.get(link(settings, production, Viewer(owner.id), datetime.now(UTC)))
    assert (expired.status_code, expired.text) == (403, "This link has expired.")
    stranger = await make_user()
    for path in (
        link(settings, production, ANONYMOUS, soon),
        link(settings, production, Viewer(stranger.id), soon),
        good.replace("playback/A", "playback/B"),
        "/playback/x/index.m3u8",
        good.replace("index.m3u8", "missing.m3u8"),
        good.replace("index.m3u8", "video.mp4"),
    ):
        refused = await http.get(path)
        assert (refused.status_code, refused.text) == (404, "There is nothing to play here."), path


async def test_no_path_leads_out_of_the_render(http, storage, settings):
    owner = await make_user()
    production = await make_production(owner)
    await rendered(storage, production)
    good = link(settings, production, Viewer(owner.id), datetime.now(UTC) + timedelta(hours=1))
    for name in ("..%2Findex.m3u8", "../index.m3u8", "%2e%2e/%2e%2e/secret.m3u8", "a/b.m3u8", "é.m3u8"):
        assert (await http.get(good.replace("index.m3u8", name))).status_code == 404, name


async def test_players_on_other_origins_may_ask(http, database):
    answer = await http.options("/playback/x/index.m3u8")
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("status", [ProductionStatus.QUEUED, ProductionStatus.FAILED])
async def test_before_a_render_completes_there_are_no_links(graphql, database, status):
    owner = await make_user()
    production = await make_production(owner, status=status)
    data = await graphql(PLAYBACK, {"id": id_of(production)}, token=await make_token(owner))
    assert data["production"] == {"playback": None}
