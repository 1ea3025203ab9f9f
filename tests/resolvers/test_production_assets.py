"""Productions that use other uploads: which ones they may, what is noted, and what cannot be deleted."""

import pytest

import models
from models.statuses import ProductionStatus, SpaceRole, UploadKind, UploadStatus
from tests.factories import (
    MEDIA,
    add_member,
    id_of,
    make_production,
    make_space,
    make_token,
    make_upload,
    make_user,
)

CREATE = """
mutation ($input: CreateProductionInput!) { createProduction(input: $input) {
  production { id title } userErrors { code message path } } }
"""
UPDATE = """
mutation ($input: UpdateProductionInput!) { updateProduction(input: $input) {
  production { id } userErrors { code message path } } }
"""
DELETE = """mutation ($id: ID!) { deleteUpload(input: {uploadId: $id}) {
  deletedUploadId userErrors { code message path } } }"""
DELETE_PRODUCTION = """mutation ($id: ID!) { deleteProduction(input: {productionId: $id}) {
  deletedProductionId userErrors { code } } }"""
PUBLISH = """mutation ($input: PublishInput!) { publish(input: $input) {
  production { id } userErrors { code message path } } }"""
OPTIONS = "query ($id: ID!) { upload(id: $id) { publishOptions { canPublish reason } } }"
BACKGROUND = ("titlePage", "backgroundUploadId")
LOGO = ("titlePage", "logoUploadId")
MUSIC = ("audio", "music", "uploadId")
CAPTIONS = ("captions", "0", "uploadId")


class Studio:
    """An owner, a video to make productions of, and their mutations."""

    def __init__(self, graphql, owner, token, video):
        self._graphql, self.owner, self.token, self.video = graphql, owner, token, video

    async def create(self, config):
        input = {"uploadId": id_of(self.video), "config": config}
        return (await self._graphql(CREATE, {"input": input}, token=self.token))["createProduction"]

    async def update(self, production, config):
        input = {"productionId": id_of(production), "config": config}
        return (await self._graphql(UPDATE, {"input": input}, token=self.token))["updateProduction"]

    async def delete(self, upload):
        return (await self._graphql(DELETE, {"id": id_of(upload)}, token=self.token))["deleteUpload"]

    async def upload(self, kind, **values):
        media = MEDIA if kind is UploadKind.VIDEO else None
        return await make_upload(self.owner, kind=kind, **({"media": media} | values))


@pytest.fixture
async def studio(graphql):
    owner = await make_user()
    return Studio(graphql, owner, await make_token(owner), await make_upload(owner))


def config_of(**uploads):
    """A config that uses these uploads; by the names background, logo, music and captions."""
    ids = {name: id_of(upload) for name, upload in uploads.items()}
    page = {key: ids[name] for name, key in (("background", BACKGROUND[1]), ("logo", LOGO[1])) if name in ids}
    return {
        "titlePage": {"title": "Hello"} | page if page else None,
        "audio": {"music": {"uploadId": ids["music"]}} if "music" in ids else None,
        "captions": [{"uploadId": ids["captions"]}] if "captions" in ids else None,
    }


async def noted():
    """Which uploads each production uses."""
    rows = await models.ProductionAsset.all().values_list("production_id", "upload_id")
    return sorted(map(tuple, rows))


async def test_every_place_takes_the_kinds_that_fit(studio):
    image, song, video, captions = [
        await studio.upload(kind)
        for kind in (UploadKind.IMAGE, UploadKind.AUDIO, UploadKind.VIDEO, UploadKind.CAPTIONS)
    ]
    all_four = config_of(background=video, logo=image, music=song, captions=captions)
    made = await studio.create(all_four)
    assert made["userErrors"] == []
    production = await models.Production.get()
    assert await noted() == sorted((production.id, row.id) for row in (image, song, video, captions))
    again = await studio.create(config_of(background=image, logo=image, music=video))
    assert again["userErrors"] == [], "an upload may be used twice, and a video with sound is music"


@pytest.mark.parametrize(
    ("place", "kind", "path", "message"),
    [
        ("background", UploadKind.AUDIO, BACKGROUND, "The background must be an image or a video"),
        ("background", UploadKind.CAPTIONS, BACKGROUND, "The background must be an image or a video"),
        ("logo", UploadKind.VIDEO, LOGO, "The logo must be an image"),
        ("music", UploadKind.IMAGE, MUSIC, "The music must be sound, or a video with sound"),
        ("captions", UploadKind.VIDEO, CAPTIONS, "The captions must be a captions file"),
    ],
)
async def test_a_kind_that_does_not_fit(studio, place, kind, path, message):
    made = await studio.create(config_of(**{place: await studio.upload(kind)}))
    told = f"{message}; this upload is {kind}."
    assert made == {
        "production": None,
        "userErrors": [{"code": "CONFIG_INVALID", "message": told, "path": ["input", "config", *path]}],
    }
    assert await models.Production.all().count() == await models.ProductionAsset.all().count() == 0


async def test_unknown_and_anothers_uploads_are_one_and_the_same(studio):
    foreign = await make_upload(await make_user(), kind=UploadKind.IMAGE, media=None)
    gone = await studio.upload(UploadKind.CAPTIONS)
    await gone.delete()
    made = await studio.create(config_of(logo=foreign, captions=gone))
    assert [(error["message"], error["path"]) for error in made["userErrors"]] == [
        ("There is no such upload.", ["input", "config", *LOGO]),
        ("There is no such upload.", ["input", "config", *CAPTIONS]),
    ]


@pytest.mark.parametrize("status", [status for status in UploadStatus if status is not UploadStatus.READY])
async def test_an_upload_that_is_not_ready(studio, status):
    song = await studio.upload(UploadKind.AUDIO, status=status)
    (error,) = (await studio.create(config_of(music=song)))["userErrors"]
    assert error == {
        "code": "CONFIG_INVALID",
        "message": f"The upload is {status}; the music must be READY.",
        "path": ["input", "config", *MUSIC],
    }


async def test_music_of_a_silent_video(studio):
    silent = await studio.upload(UploadKind.VIDEO, media=MEDIA | {"has_audio": False})
    (error,) = (await studio.create(config_of(music=silent)))["userErrors"]
    assert error["message"] == "The music must have sound; this video has none."
    assert (await studio.create(config_of(background=silent)))["userErrors"] == []


async def test_all_that_is_wrong_is_told_at_once(studio):
    song = await studio.upload(UploadKind.AUDIO)
    config = config_of(logo=song, captions=song) | {"trim": {"keep": [{"startMs": 99_000}]}}
    made = await studio.create(config)
    assert [error["path"][2:] for error in made["userErrors"]] == [
        ["trim", "keep", "0", "startMs"],
        list(LOGO),
        list(CAPTIONS),
    ]


async def test_another_config_uses_other_uploads(studio):
    old, new, both = [await studio.upload(UploadKind.IMAGE) for _ in range(3)]
    production = await make_production(studio.owner, upload=studio.video)
    assert (await studio.update(production, config_of(background=old, logo=both)))["userErrors"] == []
    await models.Production.all().update(status=ProductionStatus.COMPLETED)
    assert (await studio.update(production, config_of(background=new, logo=both)))["userErrors"] == []
    assert await noted() == sorted([(production.id, new.id), (production.id, both.id)])
    await models.Production.all().update(status=ProductionStatus.COMPLETED)
    foreign = await make_upload(await make_user(), kind=UploadKind.IMAGE, media=None)
    (error,) = (await studio.update(production, config_of(logo=foreign)))["userErrors"]
    assert (error["code"], error["path"]) == ("CONFIG_INVALID", ["input", "config", *LOGO])
    assert await noted() == sorted([(production.id, new.id), (production.id, both.id)])
    assert (await studio.update(production, {}))["userErrors"] == []
    assert await noted() == []


async def test_an_upload_that_is_used_cannot_be_deleted(studio, graphql):
    song = await studio.upload(UploadKind.AUDIO)
    made = await studio.create(config_of(music=song))
    assert await studio.delete(song) == {
        "deletedUploadId": None,
        "userErrors": [
            {
                "code": "UPLOAD_IN_USE",
                "message": "Productions use this upload; change their configs or delete them first.",
                "path": ["input", "uploadId"],
            }
        ],
    }
    assert await models.Upload.filter(id=song.id).exists()
    assert await models.StorageDeletion.all().count() == 0
    await models.Render.all().update(status=ProductionStatus.COMPLETED)
    deleted = await graphql(DELETE_PRODUCTION, {"id": made["production"]["id"]}, token=studio.token)
    assert deleted["deleteProduction"]["userErrors"] == []
    assert await studio.delete(song) == {"deletedUploadId": id_of(song), "userErrors": []}


@pytest.mark.parametrize("kind", [kind for kind in UploadKind if kind is not UploadKind.VIDEO])
async def test_only_videos_become_productions(studio, graphql, kind):
    studio.video = await studio.upload(kind)
    assert await studio.create({}) == {
        "production": None,
        "userErrors": [
            {
                "code": "UPLOAD_NOT_A_VIDEO",
                "message": f"A production is made of a video; this upload is {kind}.",
                "path": ["input", "uploadId"],
            }
        ],
    }
    space = await make_space(studio.owner)
    input = {"uploadId": id_of(studio.video), "spaceIds": [id_of(space)]}
    assert (await graphql(PUBLISH, {"input": input}, token=studio.token))["publish"] == {
        "production": None,
        "userErrors": [
            {
                "code": "UPLOAD_NOT_A_VIDEO",
                "message": f"Only a video can be published; this upload is {kind}.",
                "path": ["input", "uploadId"],
            }
        ],
    }
    assert await models.Production.all().count() == await models.Publication.all().count() == 0
    await add_member(await make_space(await make_user()), studio.owner, SpaceRole.VIEWER)
    options = (await graphql(OPTIONS, {"id": id_of(studio.video)}, token=studio.token))["upload"]
    reasons = sorted(option["reason"] for option in options["publishOptions"] if not option["canPublish"])
    assert reasons == ["NOT_A_PUBLISHER", "UPLOAD_NOT_A_VIDEO"]
