"""What is measured: a query, and how each server is asked it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import documents
import expected
import orjson
from database import Database, Target
from expected import WrongAnswer, answer_of, global_id
from load import Exchange, ServerFailed

Variables = Mapping[str, Any]
# PostgreSQL writes an instant without the zeros at its end.
INSTANT_SLACK = 8


@dataclass(frozen=True)
class Asking:
    """A document in one server's words, and its variables for a target."""

    document: str
    variables: Callable[[Target], Variables] = lambda target: {}


@dataclass(frozen=True)
class Case:
    """`truth` asks the database what is to be answered about a target's `subject`; None: always the same."""

    name: str
    title: str
    ours: Asking
    peers: Asking
    graphile: Asking
    truth: str | None
    subject: Callable[[Target], object]
    writes: bool = False

    def asking(self, server: str) -> Asking:
        if server in ("airdate", "limit"):
            return self.ours
        return self.graphile if server == "postgraphile" else self.peers

    def wanted(self, database: Database) -> Sequence[Any]:
        """What is to be answered about each target."""
        if self.truth is None:
            return ["Query"] * len(database.targets)
        told = database.ask(self.truth, [self.subject(target) for target in database.targets])
        return [expected.plain(orjson.loads(each)) for each in told]

    def exchanges(
        self, server: str, port: int, targets: Sequence[Target], wanted: Sequence[Any]
    ) -> list[Exchange]:
        return [self._exchange(server, port, *pair) for pair in zip(targets, wanted, strict=True)]

    def _exchange(self, server: str, port: int, target: Target, wanted: Any) -> Exchange:
        asking = self.asking(server)
        body = orjson.dumps({"query": asking.document, "variables": asking.variables(target)})
        # The hand-written server has an address for each thing it can do.
        path = f"/{self.name}" if server == "limit" else "/graphql"
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nuser-agent: bench\r\n"
            f"accept: application/json\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {target.token}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        check = partial(check_answer, wanted, writes=self.writes)
        return Exchange(head.encode() + body, check, slack=INSTANT_SLACK if self.writes else 0)


def check_answer(wanted: Any, body: bytes, *, writes: bool) -> None:
    """Raises ServerFailed."""
    try:
        found = answer_of(body)
        found = expected.without_now(found) if writes else found
    except (WrongAnswer, ValueError, KeyError, TypeError) as wrong:
        raise ServerFailed(f"{wrong!r}: {body[:500]!r}") from wrong
    if found != wanted:
        raise ServerFailed(f"answered {str(found)[:400]}\n, not {str(wanted)[:400]}")


def now() -> str:
    return datetime.now(UTC).isoformat()


def rename_input(target: Target, upload_id: str) -> Variables:
    """The title that it has: each server writes the row again, and other cases read what they did."""
    return {"input": {"uploadId": upload_id, "title": target.upload_title}}


LIST = Case(
    "q2",
    "Q2, list: the viewer's newest 25 uploads, their productions, their publications with their spaces",
    Asking(documents.LIST),
    Asking(documents.PEER_LIST),
    Asking(documents.GRAPHILE_LIST, lambda target: {"owner": str(target.user_id)}),
    expected.LIST,
    lambda target: target.user_id,
)
DETAIL = Case(
    "q1",
    "Q1, detail: a production by id, with its upload and its publications' spaces",
    Asking(documents.DETAIL, lambda target: {"id": global_id("Production", target.production_id)}),
    Asking(documents.PEER_DETAIL, lambda target: {"id": str(target.production_id)}),
    Asking(documents.GRAPHILE_DETAIL, lambda target: {"id": str(target.production_id)}),
    expected.DETAIL,
    lambda target: target.production_id,
)
TYPENAME = Case(
    "q3",
    "Q3: `{ __typename }`",
    Asking(documents.TYPENAME),
    Asking(documents.TYPENAME),
    Asking(documents.TYPENAME),
    None,
    lambda target: None,
)
RENAME = Case(
    "m1",
    "M1, mutation: an upload's title, by id",
    Asking(documents.RENAME, lambda target: rename_input(target, global_id("Upload", target.upload_id))),
    Asking(documents.RENAME, lambda target: rename_input(target, str(target.upload_id))),
    Asking(
        documents.GRAPHILE_RENAME,
        lambda target: {"id": str(target.upload_id), "title": target.upload_title, "now": now()},
    ),
    expected.RENAME,
    lambda target: target.upload_id,
    writes=True,
)
LONG_LIST = replace(LIST, title="Q2 with lists of up to 100", ours=Asking(documents.LONG_LIST))
CASES = {case.name: case for case in (LIST, DETAIL, TYPENAME, RENAME)}
