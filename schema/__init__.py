# Before any type mentions an enum: Strawberry would register it then, without a word of description.
import schema.enums  # noqa: F401
