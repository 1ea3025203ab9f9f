"""Checks a request against botocore's service model to the letter, enums, patterns and maxima too."""

import re
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.session import get_session

TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "long": int,
    "double": float,
    "float": float,
    "boolean": bool,
}


def request_faults(operation: str, request: dict[str, Any]) -> list[str]:
    """What is wrong with a MediaConvert request, each with its place; empty when nothing is."""
    return list(_faults(_input_shape(operation), request, operation))


@cache
def _input_shape(operation: str) -> Shape:
    """Read once: the model has a megabyte."""
    shape = get_session().get_service_model("mediaconvert").operation_model(operation).input_shape
    assert shape is not None
    return shape


def _faults(shape: Shape, value: Any, place: str) -> Any:
    if isinstance(shape, StructureShape):
        yield from _structure_faults(shape, value, place)
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            yield f"{place}: not a list"
            return
        yield from _limit_faults(len(value), shape, place)
        for index, item in enumerate(value):
            yield from _faults(shape.member, item, f"{place}/{index}")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _faults(shape.key, key, f"{place}/{key}")
            yield from _faults(shape.value, item, f"{place}/{key}")
    else:
        yield from _scalar_faults(shape, value, place)


def _structure_faults(shape: StructureShape, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        yield f"{place}: not an object"
        return
    yield from (f"{place}: {name} is missing" for name in shape.required_members if name not in value)
    for name, item in value.items():
        if name in shape.members:
            yield from _faults(shape.members[name], item, f"{place}/{name}")
        else:
            yield f"{place}: {name} is unknown"


def _scalar_faults(shape: Shape, value: Any, place: str) -> Any:
    wanted = TYPES[shape.type_name]
    if type(value) is not wanted:
        yield f"{place}: {value!r} is not a {shape.type_name}"
        return
    yield from _limit_faults(len(value) if wanted is str else value, shape, place)
    limits: dict[str, Any] = dict(shape.metadata)
    if limits.get("enum") and value not in limits["enum"]:
        yield f"{place}: {value!r} is none of {limits['enum']}"
    if "pattern" in limits and not re.search(limits["pattern"], value):
        yield f"{place}: {value!r} does not match {limits['pattern']}"


def _limit_faults(measure: float, shape: Shape, place: str) -> Any:
    """A number's own, the length of a text or a list."""
    limits: dict[str, Any] = dict(shape.metadata)
    if "min" in limits and measure < limits["min"]:
        yield f"{place}: {measure} is below {limits['min']}"
    if "max" in limits and measure > limits["max"]:
        yield f"{place}: {measure} is above {limits['max']}"
