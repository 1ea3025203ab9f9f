from typing import NewType

import strawberry

BigInt = NewType("BigInt", int)

BIG_INT = strawberry.scalar(
    name="BigInt",
    description="A whole number that may be larger than 32 bits, up to 2^53 - 1; a JSON number.",
    serialize=int,
    parse_value=int,
)
