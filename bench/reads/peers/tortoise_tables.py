"""The tables of `strawberry_tortoise.py`: the columns that are asked for, and no others."""

from tortoise import fields
from tortoise.models import Model


class AccessTokenRow(Model):
    id = fields.UUIDField(primary_key=True)
    user_id = fields.UUIDField()
    token_hash = fields.CharField(max_length=64)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "access_tokens"


class UploadRow(Model):
    id = fields.UUIDField(primary_key=True)
    owner_id = fields.UUIDField()
    title = fields.CharField(max_length=200)
    filename = fields.CharField(max_length=255)
    byte_size = fields.BigIntField()
    status = fields.CharField(max_length=20)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "uploads"


class ProductionRow(Model):
    id = fields.UUIDField(primary_key=True)
    owner_id = fields.UUIDField()
    upload_id = fields.UUIDField()
    title = fields.CharField(max_length=200)
    status = fields.CharField(max_length=20)
    progress_percent = fields.IntField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "productions"


class PublicationRow(Model):
    id = fields.UUIDField(primary_key=True)
    space_id = fields.UUIDField()
    production_id = fields.UUIDField()
    status = fields.CharField(max_length=20)
    published_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "publications"


class SpaceRow(Model):
    id = fields.UUIDField(primary_key=True)
    slug = fields.CharField(max_length=60)
    name = fields.CharField(max_length=200)

    class Meta:
        table = "spaces"
