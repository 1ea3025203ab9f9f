"""The command as a person runs it: a process of its own, against the real server."""

import asyncio
import signal
import sys
from pathlib import Path

import httpx
import pytest
from aiohttp import web

import models
from models.statuses import PublicationStatus, SpaceVisibility, UploadStatus
from tests.asset_files import SRT, VTT, image_file, sound
from tests.factories import make_space, make_token, make_user
from tests.local_server import serving
from tests.media import clip, run_ffmpeg
from tests.slow_cases import slow_after

AIRDATE = Path(sys.executable).parent / "airdate"


async def airdate(*arguments, server, token):
    """Exit code, standard output and standard error."""
    process = await started(*arguments, server=server, token=token)
    out, err = await asyncio.wait_for(process.communicate(), 90)
    return process.returncode, out.decode(), err.decode()


async def started(*arguments, server, token):
    return await asyncio.create_subprocess_exec(
        AIRDATE,
        "publish",
        *map(str, arguments),
        "--url",
        server,
        "--token",
        token,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_a_file_is_published_and_plays(server, worker, clips):
    owner = await make_user()
    space = await make_space(owner, visibility=SpaceVisibility.PUBLIC, slug="demo")
    arguments = (clip(clips / "published.mp4"), "--title", "Hello", "--lower-third", "Ada|Analyst@0.2-1.8")
    code, out, err = await airdate(
        *arguments, "--mp4", "--space", "demo", server=server, token=await make_token(owner)
    )
    assert (code, err) == (0, "")
    lines = [line.split(maxsplit=1) for line in out.splitlines()[-4:]]
    assert [line[0] for line in lines] == ["Published:", "Watch:", "HLS:", "MP4:"]
    assert lines[0][1] == f"{space.name} (LIVE)"
    async with httpx.AsyncClient(follow_redirects=True) as client:
        playlist = await client.get(lines[2][1])
        assert playlist.text.startswith("#EXTM3U")
        assert (await client.get(lines[3][1])).headers["content-type"] == "video/mp4"
    publication = await models.Publication.get().select_related("production")
    assert publication.status is PublicationStatus.LIVE
    assert publication.production.title == "Hello"
    assert publication.production.config["lower_thirds"][0]["subtext"] == "Analyst"


@pytest.fixture
def further_files(tmp_path):
    """What goes with a video: `{name}` in an argument is one of these."""
    made = {"logo": "logo.png", "back": "back.jpg", "en": "en.vtt", "de": "de.srt", "tune": "tune.wav"}
    paths = {name: tmp_path / file for name, file in made.items()}
    paths["logo"].write_bytes(image_file())
    paths["back"].write_bytes(image_file("JPEG", (640, 360), "navy"))
    paths["en"].write_bytes(VTT)
    paths["de"].write_bytes(SRT)
    sound(paths["tune"], seconds=1)
    return paths


EVERYTHING = """--title Everything --subtitle All --title-seconds 1 --background {back} --logo {logo}
    --lower-third Ada|Analyst@0.2-1.4 --style bar --position top-left --accent #ff5c39
    --normalize --gain -3 --music {tune} --music-gain -20 --trim 3-4 --trim 0-1.5
    --captions en={en} --captions de={de} --burn-captions de={de} --poster 0.5 --max-height 180 --audio"""


@pytest.mark.slow
async def test_all_that_goes_with_a_video_is_sent_and_used(server, worker, clips, further_files):
    token = await make_token(await make_user())
    arguments = [clip(clips / "everything.mp4", seconds=4), *EVERYTHING.format(**further_files).split()]
    code, out, err = await airdate(*arguments, server=server, token=token)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    sent = [line.split(":")[0] for line in lines if line.endswith(": 100%")]
    assert sent == [
        f"Uploading {further_files[name].name}" for name in ("back", "logo", "tune", "en", "de")
    ] + ["Uploading"]
    assert [line.split(maxsplit=1)[0] for line in lines[-3:]] == ["Watch:", "HLS:", "Sound:"]
    async with httpx.AsyncClient(follow_redirects=True) as client:
        assert (await client.get(lines[-1].split()[1])).headers["content-type"] == "audio/mp4"
    ids = {upload.filename: str(upload.id) for upload in await models.Upload.all()}
    assert len(ids) == 6
    config = (await models.Production.get()).config
    page, (lower_third,) = config["title_page"], config["lower_thirds"]
    assert (page["background_upload_id"], page["logo_upload_id"]) == (ids["back.jpg"], ids["logo.png"])
    assert [lower_third[key] for key in ("style", "position", "accent")] == ["BAR", "TOP_LEFT", "#ff5c39"]
    assert (config["audio"]["mode"], config["audio"]["gain_db"]) == ("NORMALIZE", -3)
    music = config["audio"]["music"]
    assert (music["upload_id"], music["gain_db"]) == (ids["tune.wav"], -20)
    assert [(kept["start_ms"], kept["end_ms"]) for kept in config["trim"]["keep"]] == [
        (3000, 4000),
        (0, 1500),
    ]
    captions = [(each["upload_id"], each["language"], each["mode"]) for each in config["captions"]]
    english, german = (ids["en.vtt"], "en", "SIDECAR"), (ids["de.srt"], "de", "SIDECAR")
    assert captions == [english, german, (ids["de.srt"], "de", "BURN_IN")]
    assert config["poster_at_ms"] == 500
    assert config["outputs"] == {"max_height": 180, "mp4": False, "audio": True}
    code, out, err = await airdate(*arguments, server=server, token=token)
    assert (code, err, out.count("sent before")) == (0, "", 6)
    assert (await models.Upload.all().count(), await models.Production.all().count()) == (6, 1)


@pytest.mark.slow
async def test_a_further_file_that_cannot_be_used_is_named_before_the_video_is_sent(server, worker, clips):
    wrong = clips / "wrong.srt"
    wrong.write_text("no captions at all")
    arguments = (clip(clips / "unsent.mp4"), "--captions", f"en={wrong}")
    code, out, err = await airdate(*arguments, server=server, token=await make_token(await make_user()))
    assert code == 1
    assert err.startswith("airdate: wrong.srt: ")
    assert len(err.splitlines()) == 1
    assert "Uploading:" not in out
    assert [upload.filename for upload in await models.Upload.all()] == ["wrong.srt"]


@pytest.mark.slow
async def test_a_large_file_goes_in_parts(server, worker, clips):
    owner = await make_user()
    path = clips / "large.mp4"
    noise = ("-f", "lavfi", "-i", "nullsrc=s=640x360:d=2:r=30,geq=random(1)*255:128:128")
    run_ffmpeg(path, *noise, "-c:v", "libx264", "-preset", "ultrafast", "-qp", "4")
    assert path.stat().st_size > 6 * 1024 * 1024
    code, out, err = await airdate(path, server=server, token=await make_token(owner))
    assert (code, err) == (0, "")
    assert "part 2 of" in out
    upload = await models.Upload.get()
    assert (upload.status, upload.part_size) == (UploadStatus.READY, 5 * 1024 * 1024)


@pytest.mark.slow
async def test_an_interrupted_command_goes_on_when_given_again(server, worker, clips):
    arguments = (clip(clips / "interrupted.mp4"), "--title", "Once")
    token = await make_token(await make_user())
    process = await started(*arguments, server=server, token=token)
    async for line in process.stdout:
        if line.startswith(b"Rendering"):
            break
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(process.communicate(), 30)
    line = b"airdate: interrupted. Run the same command again to go on: nothing done so far is lost.\n"
    assert (process.returncode, err) == (130, line)
    code, out, err = await airdate(*arguments, server=server, token=token)
    assert (code, err) == (0, "")
    assert out.startswith("Uploading: sent before\n")
    assert (await models.Upload.all().count(), await models.Production.all().count()) == (1, 1)


@pytest.mark.slow
async def test_a_deleted_production_and_its_upload_are_made_anew(server, worker, clips):
    arguments = (clip(clips / "anew.mp4"), "--title", "Anew")
    token = await make_token(await make_user())
    assert (await airdate(*arguments, server=server, token=token))[0] == 0
    first = await models.Production.get()
    await first.delete()
    await models.Upload.filter(id=first.upload_id).delete()
    code, out, err = await airdate(*arguments, server=server, token=token)
    assert (code, err) == (0, "")
    assert "sent before" not in out
    assert (await models.Production.get()).id != first.id


@pytest.mark.parametrize(
    ("arguments", "message"),
    slow_after(
        1,
        [
            (["missing.mp4"], "airdate: There is no file “missing.mp4”.\n"),
            (["{clip}", "--space", "nowhere"], "airdate: There is no space “nowhere” for you.\n"),
            (
                ["{clip}", "--lower-third", "Ada"],
                "airdate: “Ada” is not text|subtext@start-end, such as “Ada Lovelace|Analyst@2-6”.\n",
            ),
            (["{clip}", "--trim", "1-x"], "airdate: “1-x” is not start-end in seconds, such as 2-6.5.\n"),
            (["{clip}", "--normalize", "--mute"], "airdate: Give either --normalize or --mute.\n"),
            (
                ["{clip}", "--subtitle", "S"],
                "airdate: --subtitle stands on the title page: give --title too.\n",
            ),
            (["{clip}", "--logo", "{text}"], "airdate: --logo stands on the title page: give --title too.\n"),
            (["{clip}", "--music", "missing.mp3"], "airdate: There is no file “missing.mp3”.\n"),
            (["{text}"], "airdate: "),
            (["{clip}", "--captions", "xx_1={text}"], "airdate: “xx_1="),
            (
                ["{clip}", "--lower-third", "Ada@1-9"],
                "airdate: config.lowerThirds.0.endMs: ",
            ),
        ],
    ),
)
async def test_what_is_wrong_is_one_clear_line(server, worker, clips, arguments, message):
    token = await make_token(await make_user())
    text = clips / "text.mp4"
    text.write_text("this is no video\n" * 100)
    path = clip(clips / "wrong.mp4")
    told = [a.format(clip=path, text=text) if "{" in a else a for a in arguments]
    code, _, err = await airdate(*told, server=server, token=token)
    assert code == 1
    assert err.startswith(message)
    assert len(err.splitlines()) == 1
    assert await models.Production.all().count() == 0


@pytest.mark.slow
async def test_a_wrong_token_and_a_missing_server_are_said(server, database, clips):
    path = clip(clips / "unsent.mp4")
    code, _, err = await airdate(path, server=server, token="wrong")
    assert (code, err) == (1, "airdate: The access token is unknown, expired or revoked.\n")
    code, _, err = await airdate(path, server="http://127.0.0.1:9", token="any")
    assert code == 1
    assert err.startswith("airdate: http://127.0.0.1:9/graphql cannot be reached")
    assert await models.Upload.all().count() == 0


@pytest.mark.parametrize("status", slow_after(1, ["EXPIRED", "CANCELED"]))
async def test_an_upload_that_ends_while_waited_for_is_said(clips, status):
    async def graphql(request):
        if "createUpload" in (await request.json())["query"]:
            made = {"upload": {"id": "u", "status": "VERIFYING"}, "userErrors": []}
            return web.json_response({"data": {"createUpload": made}})
        return web.json_response({"data": {"upload": {"status": status, "rejection": None}}})

    path = clips / "ended.mp4"
    path.write_bytes(b"any")
    async with serving(web.post("/graphql", graphql)) as origin:
        code, out, err = await airdate(path, server=origin, token="any")
    expected = (1, "Uploading: sent before\n", f"airdate: The upload cannot be used: it is {status}.\n")
    assert (code, out, err) == expected
