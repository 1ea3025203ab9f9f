"""Subscriptions that ask for nothing but attributes, of every shape that a document may have."""

from dataclasses import dataclass, field
from typing import Any

from graphql import parse, specified_rules, validate
from hypothesis import assume
from hypothesis import strategies as st

from server.graphql import build_schema

SCHEMA = build_schema(max_depth=15)
ROOTS = {
    "productionStatusChanged": ('id: "x"', "ProductionStatusEvent"),
    "productionsStatusChanged": ("filter: {statuses: [QUEUED]}", "ProductionStatusEvent"),
    "uploadStatusChanged": ('id: "x"', "UploadStatusEvent"),
    "publicationsChanged": ('spaceId: "x"', "PublicationEvent"),
}
OBJECTS = {
    "production": "Production",
    "upload": "Upload",
    "rejection": "UploadRejection",
    "media": "UploadMedia",
}
STATUS = "cursor occurredAt sequence previousStatus status"
PLAIN = {
    "ProductionStatusEvent": f"{STATUS} production progressPercent phase",
    "UploadStatusEvent": f"{STATUS} upload",
    "PublicationEvent": f"{STATUS} publicationId",
    "Production": "id title status progressPercent phase createdAt updatedAt",
    "Upload": "id title filename kind contentType byteSize status rejection media createdAt updatedAt",
    "UploadRejection": "code message",
    "UploadMedia": "durationMs width height frameRate rotation videoCodec audioCodec hasAudio hdr cueCount",
    "Node": "id",
}
NODES = ("Production", "Upload")


@dataclass
class Document:
    """A document in the making: its operation's variables and its fragments."""

    draw: Any
    variables: dict[str, bool | None] = field(default_factory=dict)
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict)

    def chance(self, one_in):
        return self.draw(st.integers(1, one_in)) == 1

    def directives(self):
        if not self.chance(4):
            return ""
        name = self.draw(st.sampled_from(["skip", "include"]))
        condition = self.draw(st.sampled_from(["true", "false", "$a", "$b", "$byDefault"]))
        if condition.startswith("$"):
            self.variables.setdefault(condition[1:], self.draw(st.booleans()))
        return f" @{name}(if: {condition})"

    def selection(self, type_name, depth=0):
        count = self.draw(st.integers(1, 5 if depth < 3 else 2))
        return "{ " + " ".join(self.one_of(type_name, depth) for _ in range(count)) + " }"

    def one_of(self, type_name, depth):
        what = self.draw(st.sampled_from(["field"] * 5 + ["inline", "named"])) if depth < 4 else "field"
        if what == "field":
            return self.field(type_name, depth)
        on = "Node" if type_name in NODES and self.chance(2) else type_name
        if what == "inline":
            condition = f" on {on}" if on != type_name or self.chance(2) else ""
            return f"...{condition}{self.directives()} {self.selection(on, depth + 1)}"
        return f"...{self.fragment(on, depth)}{self.directives()}"

    def fragment(self, on, depth):
        known = [name for name, (type_name, _) in self.fragments.items() if type_name == on]
        if known and self.chance(2):
            return self.draw(st.sampled_from(known))
        body = self.selection(on, depth + 1)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = on, f"fragment {name} on {on} {body}"
        return name

    def field(self, type_name, depth):
        names = ["__typename", *PLAIN[type_name].split()]
        name = self.draw(st.sampled_from(names))
        alias = self.draw(st.sampled_from(["", "", f"{name}Too: ", f"{names[-1]}: "]))
        below = f" {self.selection(OBJECTS[name], depth + 1)}" if name in OBJECTS else ""
        return f"{alias}{name}{self.directives()}{below}"

    def text(self, root):
        arguments, event = ROOTS[root]
        alias = self.draw(st.sampled_from(["", "told: "]))
        body = f"{alias}{root}({arguments}) {self.selection(event)}"
        if self.chance(3):
            self.fragments["Root"] = "Subscription", f"fragment Root on Subscription {{ {body} }}"
            body = "...Root"
        declared = ", ".join(
            f"${name}: Boolean" + (" = true" if name == "byDefault" else "!") for name in self.variables
        )
        head = f"subscription Told({declared})" if declared else "subscription"
        return "\n".join([f"{head} {{ {body} }}", *(text for _, text in self.fragments.values())])


@st.composite
def documents(draw):
    """A valid document, its variables, and the name of the type of its events."""
    root = draw(st.sampled_from(sorted(ROOTS)))
    document = Document(draw)
    text = document.text(root)
    assume(not validate(SCHEMA._schema, parse(text), specified_rules))
    variables = dict(document.variables)
    if "byDefault" in variables and draw(st.booleans()):
        del variables["byDefault"]
    return text, variables, ROOTS[root][1]
