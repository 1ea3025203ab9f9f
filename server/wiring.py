"""Opens what is outside, once a process, in the order it is needed, and closes it in reverse."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from schema.context import Gateways
from server.database import open_database
from server.settings import Settings
from server.storage_proxy import StorageProxy, open_storage_proxy
from services.estimates.price_book import read_price_book
from services.gateways.aws_media_convert import AwsMediaConvert, open_media_convert
from services.gateways.aws_session import aws_session
from services.gateways.clock import SystemClock
from services.gateways.rate_bucket import RateBucket
from services.gateways.redis_document_store import RedisDocumentStore
from services.gateways.redis_event_bus import RedisEventBus
from services.gateways.s3_object_storage import open_s3
from services.gateways.sqs_event_queue import SqsEventQueue, open_sqs
from services.known_credentials import KnownCredentials
from services.live import CredentialWatch, LiveHub


@asynccontextmanager
async def open_gateways(settings: Settings) -> AsyncIterator[Gateways]:
    """The database, storage, the bus and the hub."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(open_database(settings.database_url))
        storage = await stack.enter_async_context(
            open_s3(
                aws_session(),
                endpoint_url=settings.s3_endpoint_url,
                bucket=settings.s3_bucket,
                region=settings.region,
            )
        )
        bus = RedisEventBus(settings.redis_url, channel_prefix=settings.bus_prefix)
        stack.push_async_callback(bus.close)
        documents = RedisDocumentStore(settings.redis_url, key_prefix=settings.bus_prefix)
        stack.push_async_callback(documents.close)
        hub = LiveHub(bus)
        await hub.start()
        stack.push_async_callback(hub.stop)
        clock = SystemClock()
        credentials = CredentialWatch(clock)
        credentials.start()
        stack.push_async_callback(credentials.stop)
        known_credentials = KnownCredentials(clock)
        known_credentials.start()
        stack.push_async_callback(known_credentials.stop)
        yield Gateways(
            storage=storage,
            bus=bus,
            documents=documents,
            hub=hub,
            credentials=credentials,
            known_credentials=known_credentials,
            clock=clock,
            limits=settings.limits,
            prices=read_price_book(settings.price_book),
            usual_pace=settings.render_pace,
            playback_secret=settings.secret_key.get_secret_value().encode(),
            proxies_storage=settings.storage_proxy,
        )


@asynccontextmanager
async def open_proxy(settings: Settings) -> AsyncIterator[StorageProxy | None]:
    """Storage on our own port, where browsers cannot reach it otherwise."""
    if not settings.storage_proxy or settings.s3_endpoint_url is None:
        yield None
        return
    async with open_storage_proxy(settings.s3_endpoint_url) as proxy:
        yield proxy


@asynccontextmanager
async def open_renderer(settings: Settings) -> AsyncIterator[AwsMediaConvert]:
    async with open_media_convert(
        aws_session(),
        endpoint_url=settings.mediaconvert_endpoint_url,
        region=settings.region,
        rate=RateBucket(
            per_second=settings.mediaconvert_requests_per_second, burst=settings.mediaconvert_request_burst
        ),
    ) as renderer:
        yield renderer


@asynccontextmanager
async def open_event_queue(settings: Settings) -> AsyncIterator[SqsEventQueue | None]:
    """The queue of job events; None where they are posted to us instead."""
    if not settings.events_queue_url:
        yield None
        return
    async with open_sqs(
        aws_session(),
        endpoint_url=settings.sqs_endpoint_url,
        url=settings.events_queue_url,
        region=settings.region,
    ) as queue:
        yield queue
