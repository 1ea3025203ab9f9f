"""An upload is deleted at the moment a production begins to use it: one of the two wins."""

import asyncio

import pytest
from tortoise.transactions import in_transaction

import models
from models.statuses import UploadKind
from services.create_production import CreateProductionErrorCode, create_production
from services.delete_upload import DeleteUploadErrorCode, delete_upload
from services.errors import Refused
from services.production_assets import production_asset_errors, record_production_assets
from services.production_config import AudioConfig, Music, ProductionConfig, TitlePage
from services.rows.hold_uploads import hold_uploads
from tests.factories import make_production, make_upload, make_user, viewer_of
from tests.waiting_for_a_lock import waiting_for_a_lock

CODE = CreateProductionErrorCode.CONFIG_INVALID


@pytest.fixture
async def owner(gateways):
    return await make_user()


async def image_of(owner):
    return await make_upload(owner, kind=UploadKind.IMAGE, media=None)


def with_logo(upload):
    return ProductionConfig(title_page=TitlePage("Hello", logo_upload_id=upload.id))


async def test_used_first_and_then_deleted(gateways, owner, aside):
    viewer, logo = viewer_of(owner), await image_of(owner)
    production = await make_production(owner)
    async with in_transaction():
        assert await production_asset_errors(viewer, with_logo(logo), CODE) == []
        deletion = aside(delete_upload(viewer=viewer, bus=gateways.bus, upload_id=logo.id))
        await waiting_for_a_lock()
        await record_production_assets(production, with_logo(logo))
    with pytest.raises(Refused) as refused:
        await deletion
    assert [error.code for error in refused.value.errors] == [DeleteUploadErrorCode.UPLOAD_IN_USE]
    assert await models.Upload.filter(id=logo.id).exists()


async def test_deleted_first_and_then_used(gateways, owner, aside):
    viewer, logo, video = viewer_of(owner), await image_of(owner), await make_upload(owner)
    async with in_transaction():
        await models.Upload.filter(id=logo.id).delete()
        creation = aside(
            create_production(
                viewer=viewer, bus=gateways.bus, upload_id=video.id, title=None, config=with_logo(logo)
            )
        )
        await waiting_for_a_lock()
    with pytest.raises(Refused) as refused:
        await creation
    (error,) = refused.value.errors
    assert (error.message, error.path) == (
        "There is no such upload.",
        ("input", "config", "titlePage", "logoUploadId"),
    )
    assert await models.Production.all().count() == 0


async def test_productions_that_use_each_others_uploads_do_not_wait(gateways, owner, aside):
    """Two films, each with the other's sound: locks that shut others out would be taken crosswise."""
    viewer = viewer_of(owner)
    one, other = await make_upload(owner), await make_upload(owner)

    async def made(video, music):
        config = ProductionConfig(audio=AudioConfig(music=Music(music.id)))
        async with asyncio.timeout(20):
            return await create_production(
                viewer=viewer, bus=gateways.bus, upload_id=video.id, title=None, config=config
            )

    async with in_transaction():
        await hold_uploads(viewer, [one.id, other.id])
        productions = [
            await aside(made(one, other)),
            await aside(made(other, one)),
        ]
    assert {production.upload_id for production in productions} == {one.id, other.id}
    assert await models.ProductionAsset.all().count() == 2


async def test_what_is_used_cannot_be_changed_until_it_is_noted(owner, aside):
    """Another's rows are never given out, whatever ids are named."""
    mine, theirs = await image_of(owner), await image_of(await make_user())

    async def renamed(upload):
        return await models.Upload.filter(id=upload.id).update(title="New")

    async with in_transaction():
        held = await hold_uploads(viewer_of(owner), [mine.id, theirs.id])
        assert list(held) == [mine.id]
        change = aside(renamed(mine))
        await waiting_for_a_lock()
        assert not change.done()
    assert await change == 1


async def test_an_earlier_config_whose_upload_is_gone(gateways, owner):
    """Its render is there and can be shown again; what is still used is noted."""
    kept, gone = await image_of(owner), await image_of(owner)
    production = await make_production(owner)
    page = TitlePage("Hello", logo_upload_id=gone.id, background_upload_id=kept.id)
    await delete_upload(viewer=viewer_of(owner), bus=gateways.bus, upload_id=gone.id)
    async with in_transaction():
        await record_production_assets(production, ProductionConfig(title_page=page))
    assert [row.upload_id for row in await models.ProductionAsset.all()] == [kept.id]
