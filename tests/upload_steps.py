"""The steps of an upload as services take them, and what may come between two of them."""

from datetime import timedelta

import httpx

from services.carry_out_storage_deletions import carry_out_storage_deletions
from services.complete_upload import complete_upload
from services.create_upload import create_upload
from services.upload_transfer import part_urls, upload_transfer
from services.verify_upload import verify_upload
from tests.journey import send_form

PART = 5 * 1024 * 1024
LARGE = b"0123456789abcdef" * ((2 * PART + 32) // 16)
"""Two parts and 32 bytes."""


class Between:
    """The real storage, with something happening right before or after one kind of call, once."""

    def __init__(self, storage, name, *, before=None, after=None):
        self._storage, self._name = storage, name
        self._before, self._after = before, after

    def __getattr__(self, name):
        call = getattr(self._storage, name)
        if name != self._name:
            return call

        async def with_the_event(*args, **kwargs):
            before, self._before = self._before, None
            if before:
                await before()
            result = await call(*args, **kwargs)
            after, self._after = self._after, None
            if after:
                await after()
            return result

        return with_the_event


class ClockAhead:
    def __init__(self, clock, **ahead):
        self._clock, self._ahead = clock, timedelta(**ahead)

    def now(self):
        return self._clock.now() + self._ahead


class UploadSteps:
    """The steps of one viewer; `storage` stands in for the real one where given."""

    def __init__(self, gateways, viewer):
        self._gateways, self.viewer = gateways, viewer

    async def announce(self, byte_size, filename="clip.mp4", content_type="video/mp4"):
        return await create_upload(
            viewer=self.viewer,
            storage=self._gateways.storage,
            bus=self._gateways.bus,
            limits=self._gateways.limits,
            clock=self._gateways.clock,
            filename=filename,
            content_type=content_type,
            byte_size=byte_size,
        )

    async def send_parts(self, upload, body=LARGE):
        urls = await part_urls(
            upload=upload, numbers=[1, 2, 3], storage=self._gateways.storage, clock=self._gateways.clock
        )
        async with httpx.AsyncClient(timeout=30) as client:
            for number, url in urls.items():
                piece = body[(number - 1) * PART : number * PART]
                assert (await client.put(url, content=piece)).status_code == 200

    async def send_whole(self, upload, body):
        form = await upload_transfer(
            upload=upload, storage=self._gateways.storage, clock=self._gateways.clock
        )
        fields = [{"name": name, "value": value} for name, value in form.fields.items()]
        response = await send_form({"url": form.url, "fields": fields}, body)
        assert response.status_code == 201

    async def complete(self, upload, storage=None):
        return await complete_upload(
            viewer=self.viewer,
            storage=storage or self._gateways.storage,
            clock=self._gateways.clock,
            bus=self._gateways.bus,
            upload_id=upload.id,
        )

    async def arrived(self, body, **file):
        """An upload whose bytes are there, to be verified."""
        upload = await self.announce(len(body), **file)
        await self.send_whole(upload, body)
        return await self.complete(upload)

    async def verify(self, upload, storage=None):
        await verify_upload(
            storage=storage or self._gateways.storage,
            bus=self._gateways.bus,
            limits=self._gateways.limits,
            upload_id=upload.id,
        )

    async def sweep(self, clock=None):
        """Carry out every noted deletion that is due."""
        storage, clock = self._gateways.storage, clock or self._gateways.clock
        while await carry_out_storage_deletions(storage=storage, clock=clock):
            pass

    async def stored(self, upload):
        """The names of an upload's objects, and how many of its parts wait to become one."""
        storage = self._gateways.storage
        folder = upload.source_key.rpartition("/")[0] + "/"
        names = [item.key.removeprefix(folder) for item in await storage.list_objects(folder)]
        if upload.multipart_id is None:
            return names, 0
        return names, len(await storage.uploaded_parts(upload.source_key, upload.multipart_id))
