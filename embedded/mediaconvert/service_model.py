"""CreateJob requests as botocore's own model of the service describes them.

On the wire members have camelCase names; everywhere else in this package, as in boto3, PascalCase ones.
botocore's validator checks neither enums, patterns nor upper bounds: this walk does, as the service does.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel

API = "/2017-08-29"


# Members that AWS added later than the botocore of the lock file: structure -> member -> its shape.
IMAGE_FILE = r"^(s3|https?)://.+\.(png|PNG|tga|TGA)(\?.*)?$"
ADDED_MEMBERS: dict[str, dict[str, dict[str, Any]]] = {
    "InputVideoGenerator": {"ImageInput": {"type": "string", "min": 14, "pattern": IMAGE_FILE}},
}


@cache
def shape(name: str) -> Any:
    """A shape of the service by its name, such as CreateJobRequest."""
    return _service_model().shape_for(name)


@cache
def _service_model() -> ServiceModel:
    loader = botocore.session.get_session().get_component("data_loader")
    model = deepcopy(loader.load_service_model("mediaconvert", "service-2"))
    for structure, members in ADDED_MEMBERS.items():
        for member, kind in members.items():
            model["shapes"].setdefault(f"{structure}{member}", kind)
            wire_name = member[0].lower() + member[1:]
            reference = {"shape": f"{structure}{member}", "locationName": wire_name}
            model["shapes"][structure]["members"].setdefault(member, reference)
    return ServiceModel(model, "mediaconvert")


class Invalid(Exception):
    """What is wrong with a request: `/json/pointer: text` for each problem, joined by `|`, as AWS does."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" | ".join(problems))


def read_request(body: Any, shape_name: str) -> Any:
    """A camelCase request in PascalCase. Raises Invalid."""
    problems: list[str] = []
    request = _read(body, shape(shape_name), "", problems)
    if problems:
        raise Invalid(problems)
    return request


def write_answer(value: Any, shape_name: str) -> Any:
    """A PascalCase answer in camelCase."""
    return _write(value, shape(shape_name))


def _read(value: Any, kind: Any, pointer: str, problems: list[str]) -> Any:
    if kind.type_name == "structure":
        return _read_structure(value, kind, pointer, problems)
    if kind.type_name == "list":
        if not isinstance(value, list):
            return _wrong(problems, pointer, "should be a list")
        problems.extend(_out_of_bounds(len(value), kind.metadata, pointer, "items"))
        return [_read(item, kind.member, f"{pointer}/{i}", problems) for i, item in enumerate(value)]
    if kind.type_name == "map":
        if not isinstance(value, dict):
            return _wrong(problems, pointer, "should be an object")
        return {key: _read(item, kind.value, f"{pointer}/{key}", problems) for key, item in value.items()}
    problems.extend(_scalar_problems(value, kind, pointer))
    return value


def _read_structure(value: Any, kind: Any, pointer: str, problems: list[str]) -> Any:
    if not isinstance(value, dict):
        return _wrong(problems, pointer, "should be an object")
    by_wire_name = {m.serialization.get("name", name): (name, m) for name, m in kind.members.items()}
    for name in kind.required_members:
        wire_name = kind.members[name].serialization.get("name", name)
        if value.get(wire_name) is None:
            problems.append(f"{pointer}: {wire_name} is a required property")
    request = {}
    for wire_name, item in value.items():
        if wire_name not in by_wire_name:
            problems.append(f"{pointer}/{wire_name}: is not a known property")
        elif item is not None:
            name, member = by_wire_name[wire_name]
            request[name] = _read(item, member, f"{pointer}/{wire_name}", problems)
    return request


def _wrong(problems: list[str], pointer: str, text: str) -> None:
    problems.append(f"{pointer}: {text}")


def _scalar_problems(value: Any, kind: Any, pointer: str) -> Iterator[str]:
    expected: Any = {
        "string": str,
        "integer": int,
        "long": int,
        "double": (int, float),
        "float": (int, float),
        "boolean": bool,
        "timestamp": (int, float, str),
    }[kind.type_name]
    is_number_for_boolean = isinstance(value, bool) and kind.type_name != "boolean"
    if not isinstance(value, expected) or is_number_for_boolean:
        yield f"{pointer}: should be of type {kind.type_name}"
    elif kind.type_name == "string":
        if getattr(kind, "enum", None) and value not in kind.enum:
            yield f"{pointer}: should be one of {', '.join(kind.enum)}"
        pattern = kind.metadata.get("pattern")
        if pattern and not re.search(pattern, value):
            yield f"{pointer}: should match {pattern}"
        yield from _out_of_bounds(len(value), kind.metadata, pointer, "characters")
    elif kind.type_name in ("integer", "long", "double", "float"):
        yield from _out_of_bounds(value, kind.metadata, pointer, "")


def _out_of_bounds(size: float, bounds: Mapping[str, Any], pointer: str, unit: str) -> Iterator[str]:
    if "min" in bounds and size < bounds["min"]:
        yield f"{pointer}: should be at least {bounds['min']} {unit}".rstrip()
    if "max" in bounds and size > bounds["max"]:
        yield f"{pointer}: should be at most {bounds['max']} {unit}".rstrip()


def _write(value: Any, kind: Any) -> Any:
    if kind.type_name == "structure" and isinstance(value, dict):
        return {
            kind.members[name].serialization.get("name", name): _write(item, kind.members[name])
            for name, item in value.items()
            if item is not None and name in kind.members
        }
    if kind.type_name == "list":
        return [_write(item, kind.member) for item in value]
    if kind.type_name == "map":
        return {key: _write(item, kind.value) for key, item in value.items()}
    return value
