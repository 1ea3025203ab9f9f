from enum import Enum

from schema.enums import describe_enum
from services.rows.pages import Order


class ListOrder(Enum):
    CREATED_AT_DESC = Order("created_at")
    CREATED_AT_ASC = Order("created_at", is_descending=False)
    TITLE_ASC = Order("title", is_descending=False)
    TITLE_DESC = Order("title")


describe_enum(
    ListOrder,
    "How a list is sorted.",
    {
        "CREATED_AT_DESC": "Newest first.",
        "CREATED_AT_ASC": "Oldest first.",
        "TITLE_ASC": "By title, from A.",
        "TITLE_DESC": "By title, from Z.",
    },
)
