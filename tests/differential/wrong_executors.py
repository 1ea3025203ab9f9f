"""Executors that are wrong on purpose: the comparison must tell each from the oracle."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import orjson
from graphql import DirectiveNode, DocumentNode, FieldNode, InlineFragmentNode, Visitor, visit
from tortoise.expressions import Q

from server.operations import OperationRequest
from services.viewer import Viewer
from tests.differential.answers import Oracle


class WrongOracle(Oracle):
    """graphql-core, spoiled."""

    def spoiled(self, document: DocumentNode) -> DocumentNode:
        return document

    async def executed(self, document: DocumentNode, request: OperationRequest, viewer: Viewer) -> bytes:
        return await super().executed(self.spoiled(document), request, viewer)


class DropsAliases(WrongOracle):
    def spoiled(self, document: DocumentNode) -> DocumentNode:
        return visit(document, _WithoutAliases())


class NeverSkips(WrongOracle):
    def spoiled(self, document: DocumentNode) -> DocumentNode:
        return visit(document, _WithoutSkip())


class ForgetsInterfaces(WrongOracle):
    def spoiled(self, document: DocumentNode) -> DocumentNode:
        return visit(document, _WithoutNodes())


class SortsKeys(WrongOracle):
    async def executed(self, document: DocumentNode, request: OperationRequest, viewer: Viewer) -> bytes:
        told = await super().executed(document, request, viewer)
        return orjson.dumps(orjson.loads(told), option=orjson.OPT_SORT_KEYS)


class ShowsEveryPublication(WrongOracle):
    async def executed(self, document: DocumentNode, request: OperationRequest, viewer: Viewer) -> bytes:
        with _leaking():
            return await super().executed(document, request, viewer)


WRONG = (DropsAliases, NeverSkips, ForgetsInterfaces, SortsKeys, ShowsEveryPublication)


@contextmanager
def _leaking() -> Iterator[None]:
    with patch("services.list_publications.visible_publications", lambda viewer: Q()):
        yield


class _WithoutAliases(Visitor):
    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        return replace(node, alias=None) if node.alias else None


class _WithoutSkip(Visitor):
    def enter_directive(self, node: DirectiveNode, *_: Any) -> object:
        return self.REMOVE if node.name.value == "skip" else None


class _WithoutNodes(Visitor):
    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> object:
        condition = node.type_condition
        return self.REMOVE if condition is not None and condition.name.value == "Node" else None
