from tortoise import fields
from tortoise.models import Model
from uuid_utils.compat import uuid7


class User(Model):
    id = fields.UUIDField(primary_key=True, default=uuid7)
    email = fields.CharField(max_length=320, unique=True)
    name = fields.CharField(max_length=200)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "users"
