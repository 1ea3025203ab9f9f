"""The only reader of the environment: every setting is AIRDATE_<NAME>. AWS finds its credentials itself."""

import re
from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.estimates.render_pace import RenderPace
from services.limits import MIB, Limits
from services.submit_render import JobDefaults

# User Guide, "user-metadata-tags": what MediaConvert takes as a value.
USER_METADATA_VALUE = re.compile(r"[A-Za-z0-9 _.:/=+@-]{1,256}")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="AIRDATE_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    share_port: bool = False
    """Let other servers that say so too listen on the same port: one can then start before another stops."""

    drain_seconds: float = Field(default=0.0, ge=0)
    """How long a server that is told to stop serves on, saying at /readyz that it will go."""

    data_dir: Path = Path(".airdate")
    public_url: str | None = None
    """Origin that links begin with; where not set, the one each request came by."""

    database_url: str = ""
    redis_url: str = ""
    bus_prefix: str = "airdate"
    region: str = "eu-west-1"
    s3_endpoint_url: str | None = None
    s3_bucket: str = "media"
    storage_proxy: bool = False
    """Serve object storage under /storage: for a storage server that browsers cannot reach by themselves."""

    mediaconvert_endpoint_url: str | None = None
    mediaconvert_role: str = ""
    mediaconvert_queue: str | None = None
    mediaconvert_requests_per_second: float = Field(default=2.0, gt=0)
    mediaconvert_request_burst: int = Field(default=10, ge=1)
    """What one process asks of MediaConvert at most; AWS's own limit is the account's, shared by all."""

    sqs_endpoint_url: str | None = None
    events_queue_url: str | None = None
    """The SQS queue that EventBridge puts job events into; None where it posts them to us instead."""

    environment: str = "default"
    """Marks this deployment's jobs, in their userMetadata, so that several can share an AWS account."""

    price_book: Path | None = None
    """What AWS charges, as JSON; where not set, the prices that come along."""

    render_start_seconds: float = Field(default=RenderPace.start_seconds, ge=0)
    render_megapixels_per_second: float = Field(default=RenderPace.megapixels_per_second, gt=0)
    """How fast renders are expected to be until this deployment has completed some."""

    trusted_documents: Path | None = None
    """A manifest of the documents that clients were built with, which they may ask for by id."""

    trusted_documents_only: bool = False
    """Run no others."""

    events_key: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    allowed_origins: list[str] = []
    max_body_bytes: int = MIB
    max_query_depth: int = 15
    max_upload_bytes: int = Limits.max_upload_bytes
    multipart_threshold_bytes: int = Limits.multipart_threshold_bytes
    part_bytes: int = Limits.part_bytes
    upload_ttl_seconds: int = Limits.upload_ttl_seconds
    max_media_duration_ms: int = Limits.max_media_duration_ms
    playback_ttl_seconds: int = Limits.playback_ttl_seconds

    @field_validator("environment")
    @classmethod
    def _fits_user_metadata(cls, environment: str) -> str:
        if not USER_METADATA_VALUE.fullmatch(environment):
            message = "use 1 to 256 ASCII letters, digits, spaces and _ . : / = + - @"
            raise PydanticCustomError("environment", message)
        return environment

    @field_validator("trusted_documents_only")
    @classmethod
    def _there_are_some(cls, only: bool, info: ValidationInfo) -> bool:
        if only and info.data.get("trusted_documents") is None:
            raise PydanticCustomError("trusted_documents_only", "set AIRDATE_TRUSTED_DOCUMENTS too")
        return only

    @property
    def limits(self) -> Limits:
        return Limits(
            max_upload_bytes=self.max_upload_bytes,
            multipart_threshold_bytes=self.multipart_threshold_bytes,
            part_bytes=self.part_bytes,
            upload_ttl_seconds=self.upload_ttl_seconds,
            max_media_duration_ms=self.max_media_duration_ms,
            playback_ttl_seconds=self.playback_ttl_seconds,
        )

    @property
    def render_pace(self) -> RenderPace:
        return RenderPace(self.render_start_seconds, self.render_megapixels_per_second)

    @property
    def job_defaults(self) -> JobDefaults:
        return JobDefaults(
            role=self.mediaconvert_role,
            queue=self.mediaconvert_queue,
            app="airdate",
            environment=self.environment,
        )

    def missing(self) -> list[str]:
        """The variables without which nothing can run."""
        needed = {
            "AIRDATE_DATABASE_URL": self.database_url,
            "AIRDATE_REDIS_URL": self.redis_url,
            "AIRDATE_MEDIACONVERT_ROLE": self.mediaconvert_role,
            "AIRDATE_EVENTS_QUEUE_URL or AIRDATE_EVENTS_KEY": (
                self.events_queue_url or self.events_key.get_secret_value()
            ),
            "AIRDATE_SECRET_KEY": self.secret_key.get_secret_value(),
        }
        return [name for name, value in needed.items() if not value]


def read_settings() -> Settings:
    return Settings()
