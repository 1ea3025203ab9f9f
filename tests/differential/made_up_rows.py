"""Rows of every kind and status, out of a seed.

Many were created in the same instant, so that ids break ties. Some are such as no service makes, but the
tables allow: a production of somebody else's upload, or of one that is no video.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, product
from random import Random
from typing import Any
from uuid import UUID

from tortoise.models import Model

import models
from models.statuses import (
    ProductionStatus,
    PublicationStatus,
    RenderErrorStage,
    RenderPhase,
    RenderStepKind,
    SpaceRole,
    SpaceVisibility,
    StatusEventKind,
    UploadKind,
    UploadRejectionCode,
    UploadStatus,
)
from tests.differential.contents import (
    CONFIGS,
    CONTENT_TYPES,
    ERROR_CODES,
    MEDIA,
    OUTPUTS,
    SETTINGS,
    TITLES,
    WARNINGS,
    Row,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
USERS = ("Ada", "Ben", "Çağla", "Dora", "Eve")
"""Eve owns nothing and is a member nowhere."""
UPLOADS_OF = {"Ada": 16, "Ben": 9, "Çağla": 4, "Dora": 2}
SPACES = 6
MOST_PRODUCTIONS_OF_AN_UPLOAD = 3


def made_up_rows(seed: int) -> Mapping[type[Model], Sequence[Row]]:
    """By table, in an order in which they can be inserted."""
    return _Maker(seed).tables


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.numbers = count(1)
        self.instants = [NOW - timedelta(seconds=self.random.randrange(9_000_000)) for _ in range(8)]
        self.instants += [moment + timedelta(microseconds=1) for moment in self.instants[:2]]
        self.instants += [moment.replace(microsecond=120_000) for moment in self.instants[2:4]]
        users, spaces = self.users(), self.spaces()
        members = self.members(users, spaces)
        uploads = self.uploads(users)
        productions, renders = self.productions(users, uploads)
        self.tables: Mapping[type[Model], Sequence[Row]] = {
            models.User: users,
            models.Space: spaces,
            models.SpaceMember: members,
            models.Upload: uploads,
            models.Production: productions,
            models.Render: renders,
            models.Publication: self.publications(productions, spaces),
            models.StatusEvent: self.transitions(productions),
            models.RenderStep: self.steps(productions),
        }

    def id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128))

    def when(self) -> datetime:
        return self.random.choice(self.instants)

    def maybe(self, value: Any) -> Any:
        return self.random.choice((None, value))

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def title(self) -> str:
        return self.random.choice(TITLES) + self.random.choice(("", "", f" {next(self.numbers)}"))

    def users(self) -> list[Row]:
        return [
            {"id": self.id(), "email": f"user{n}@example.org", "name": name, "created_at": self.when()}
            for n, name in enumerate(USERS)
        ]

    def spaces(self) -> list[Row]:
        return [
            {
                "id": self.id(),
                "slug": f"space-{n}",
                "name": self.title(),
                "description": self.random.choice(("", "What it is for.\nAnd more.")),
                # At least one of each.
                "visibility": list(SpaceVisibility)[n]
                if n < 2
                else self.random.choice(list(SpaceVisibility)),
                "created_at": self.when(),
                "updated_at": self.when(),
            }
            for n in range(SPACES)
        ]

    def members(self, users: list[Row], spaces: list[Row]) -> list[Row]:
        return [
            {
                "id": self.id(),
                "space_id": space["id"],
                "user_id": user["id"],
                "role": self.random.choice(list(SpaceRole)),
                "created_at": self.when(),
            }
            for space, user in product(spaces, users[:-1])
            if self.chance(2)
        ]

    def uploads(self, users: list[Row]) -> list[Row]:
        plenty_ready = [UploadStatus.READY] * 6 + list(UploadStatus)
        statuses = cycle(self.random.sample(plenty_ready, len(plenty_ready)))
        owners = [user["id"] for user in users for _ in range(UPLOADS_OF.get(user["name"], 0))]
        return [self.upload(owner_id, next(statuses)) for owner_id in owners]

    def upload(self, owner_id: UUID, status: UploadStatus) -> Row:
        upload_id = self.id()
        kind = self.random.choice([UploadKind.VIDEO] * 4 + list(UploadKind))
        is_ready, is_rejected = status is UploadStatus.READY, status is UploadStatus.REJECTED
        is_multipart = status is UploadStatus.AWAITING_BYTES and self.chance(2)
        return {
            "id": upload_id,
            "owner_id": owner_id,
            "kind": kind,
            "title": self.title(),
            "filename": self.random.choice(("clip.mp4", "Ünï 'clip'.mp4")),
            "content_type": CONTENT_TYPES[kind],
            "byte_size": self.random.choice((1, 1000, 12_000_000, 2**31, 2**45)),
            "status": status,
            "sequence": 1,
            "rejection_code": self.random.choice(list(UploadRejectionCode)) if is_rejected else None,
            "rejection_message": self.maybe("It ends at 3 s.") if is_rejected else None,
            "source_key": f"t/{owner_id}/uploads/{upload_id}/source.mp4",
            "poster_key": self.maybe(f"t/{owner_id}/uploads/{upload_id}/poster.jpg") if is_ready else None,
            "multipart_id": "a-multipart-upload" if is_multipart else None,
            "part_size": 5 * 1024 * 1024 if is_multipart else None,
            "media": self.random.choice(MEDIA[kind]) if is_ready else None,
            "expires_at": NOW + timedelta(hours=self.random.choice((-1, 2))),
            "attempts": 0,
            "created_at": self.when(),
            "updated_at": self.when(),
        }

    def productions(self, users: list[Row], uploads: list[Row]) -> tuple[list[Row], list[Row]]:
        productions, renders = [], []
        statuses = cycle([ProductionStatus.COMPLETED, *ProductionStatus])
        for upload in uploads:
            is_source = upload["kind"] is UploadKind.VIDEO and upload["status"] is UploadStatus.READY
            if not is_source and not self.chance(10):
                continue
            for _ in range(self.random.randint(0, MOST_PRODUCTIONS_OF_AN_UPLOAD)):
                owner_id = self.random.choice(users)["id"] if self.chance(8) else upload["owner_id"]
                production, tries = self.production(owner_id, upload["id"], next(statuses))
                productions.append(production)
                renders += tries
        return productions, renders

    def production(self, owner_id: UUID, upload_id: UUID, status: ProductionStatus) -> tuple[Row, list[Row]]:
        production_id, config = self.id(), self.random.choice(CONFIGS)
        earlier = [ProductionStatus.COMPLETED, ProductionStatus.FAILED, ProductionStatus.CANCELED]
        statuses = [self.random.choice(earlier) for _ in range(self.random.randrange(3))] + [status]
        renders = [
            self.render(production_id, number, status, config) for number, status in enumerate(statuses, 1)
        ]
        playable = [r["number"] for r in renders if r["status"] is ProductionStatus.COMPLETED]
        return {
            "id": production_id,
            "owner_id": owner_id,
            "upload_id": upload_id,
            "title": self.title(),
            "config": config,
            "status": status,
            "progress_percent": renders[-1]["progress_percent"],
            "phase": renders[-1]["phase"],
            "sequence": len(renders),
            "current_render_number": len(renders),
            "playable_render_number": self.random.choice(playable) if playable else None,
            "created_at": self.when(),
            "updated_at": self.when(),
        }, renders

    def render(self, production_id: UUID, number: int, status: ProductionStatus, config: Row) -> Row:
        is_completed, is_failed = status is ProductionStatus.COMPLETED, status is ProductionStatus.FAILED
        is_processing = status is ProductionStatus.PROCESSING
        began = self.when()
        return {
            "id": self.id(),
            "production_id": production_id,
            "number": number,
            "status": status,
            "config": config,
            "output_prefix": f"p/{production_id}/r/{number}",
            "settings": self.random.choice(SETTINGS),
            "job_id": self.maybe(f"job-{next(self.numbers)}"),
            "queue": self.maybe("arn:aws:mediaconvert:queues/Default"),
            "progress_percent": 100 if is_completed else self.random.randrange(100) if is_processing else 0,
            "phase": self.random.choice((None, *RenderPhase)) if is_processing else None,
            "job_retry_count": 0,
            "error_code": self.random.choice(ERROR_CODES) if is_failed else None,
            "error_stage": self.random.choice((None, *RenderErrorStage)) if is_failed else None,
            "error_message": self.maybe("It did not work.") if is_failed else None,
            "warnings": self.random.choice(WARNINGS),
            "outputs": self.random.sample(OUTPUTS, self.random.randint(0, 4)) if is_completed else [],
            "created_at": self.when(),
            "submitted_at": self.maybe(began),
            "started_at": self.maybe(began),
            "finished_at": began + timedelta(seconds=self.random.randrange(1, 99)) if is_completed else None,
            "due_at": self.maybe(self.when()),
            "attempts": 0,
        }

    def publications(self, productions: list[Row], spaces: list[Row]) -> list[Row]:
        statuses = [PublicationStatus.LIVE] * 3 + list(PublicationStatus)
        return [
            {
                "id": self.id(),
                "space_id": space["id"],
                "production_id": production["id"],
                "status": self.random.choice(statuses),
                "sequence": 1,
                "publish_at": self.maybe(self.when()),
                "published_at": self.maybe(self.when()),
                "withdrawn_at": self.maybe(self.when()),
                "created_at": self.when(),
                "updated_at": self.when(),
            }
            for production in productions
            for space in self.random.sample(spaces, self.random.randint(0, 4))
        ]

    def transitions(self, productions: list[Row]) -> list[Row]:
        return [
            {
                "kind": StatusEventKind.PRODUCTION_STATUS,
                "subject_id": production["id"],
                "sequence": sequence,
                "data": {
                    "previousStatus": None if sequence == 1 else ProductionStatus.QUEUED,
                    "status": production["status"],
                    "renderNumber": sequence,
                    "cause": f"cause {sequence}",
                },
                "occurred_at": self.when(),
            }
            for production in productions
            for sequence in range(1, production["sequence"] + 1)
        ]

    def steps(self, productions: list[Row]) -> list[Row]:
        return [
            {
                "production_id": production["id"],
                "render_number": 1,
                "after_sequence": self.random.randint(1, production["sequence"]),
                "kind": self.random.choice(list(RenderStepKind)),
                "status": production["status"],
                "cause": "a step",
                "occurred_at": self.when(),
            }
            for production in productions
            for _ in range(self.random.randrange(3))
        ]
