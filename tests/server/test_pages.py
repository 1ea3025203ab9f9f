from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.pages import graphiql_page, page_routes

YEAR = "public, max-age=31536000, immutable"
SCRIPT = "console.log('graphiql');" * 100


def directives(response: httpx.Response) -> dict[str, str]:
    policy = response.headers["content-security-policy"]
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "graphiql.html").write_text("<title>Airdate API</title>")
    (tmp_path / "embed.html").write_text("<title>Airdate player</title>")
    (tmp_path / "assets" / "graphiql-BnZbFkWK.js").write_text(SCRIPT)
    (tmp_path / "assets" / "player-C0ffee11.css").write_text("video{}")
    (tmp_path / "secret.txt").write_text("not for the public")
    return tmp_path


@pytest.fixture
async def browser(dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(dist) as client:
        yield client


def browser_of(dist: Path) -> httpx.AsyncClient:
    async def graphiql(request: Request) -> Response:
        return graphiql_page(dist)

    app = Starlette(routes=[Route("/graphql", graphiql), *page_routes(dist)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://airdate.test")


async def test_graphiql_loads_nothing_from_elsewhere_and_is_never_framed(browser):
    answer = await browser.get("/graphql")

    assert (answer.status_code, answer.text) == (200, "<title>Airdate API</title>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-cache"
    assert directives(answer) == {
        "default-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "frame-ancestors": "'none'",
    }


async def test_the_player_may_be_framed_by_any_site_and_play_from_storage(browser):
    answer = await browser.get("/embed/eyJ0b2tlbiI6MX0.c2ln")

    assert (answer.status_code, answer.text) == (200, "<title>Airdate player</title>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-cache"
    assert directives(answer) == {
        "default-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "img-src": "'self' https:",
        "media-src": "'self' https: blob: data:",
        "connect-src": "'self' https:",
        "frame-ancestors": "*",
    }


async def test_assets_are_typed_kept_for_ever_and_compressed(browser):
    script = await browser.get("/assets/graphiql-BnZbFkWK.js", headers={"accept-encoding": "gzip"})
    style = await browser.get("/assets/player-C0ffee11.css")

    assert (script.status_code, script.text) == (200, SCRIPT)
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["content-encoding"] == "gzip"
    assert (style.status_code, style.text) == (200, "video{}")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    for answer in (script, style):
        assert answer.headers["cache-control"] == YEAR
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["graphiql-Old00000.js", "..%2Fsecret.txt", "%2e%2e/secret.txt", ""])
async def test_what_is_no_asset_is_a_404_that_nobody_keeps(browser, name):
    answer = await browser.get(f"/assets/{name}")

    assert answer.status_code == 404
    assert "cache-control" not in answer.headers


async def test_pages_that_are_not_built_say_how_to_build_them(tmp_path):
    async with browser_of(tmp_path / "dist") as browser:
        for address in ("/graphql", "/embed/token"):
            answer = await browser.get(address)
            assert answer.status_code == 503
            assert answer.text == "This page has not been built yet. Run `make frontend`, then reload.\n"
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert (await browser.get("/assets/graphiql-BnZbFkWK.js")).status_code == 404


async def test_pages_built_while_the_server_runs_are_served(tmp_path):
    async with browser_of(tmp_path) as browser:
        assert (await browser.get("/embed/token")).status_code == 503
        (tmp_path / "embed.html").write_text("<title>Airdate player</title>")
        assert (await browser.get("/embed/token")).status_code == 200
