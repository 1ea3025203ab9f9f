"""The front of all transports: an operation comes in, its results go to its sink."""

from collections.abc import Hashable
from inspect import isawaitable
from typing import Any

import orjson
import structlog
from graphql import ExecutionResult, Executor, GraphQLError, create_source_event_stream
from graphql.error import located_error

from schema.context import Context
from schema.following import Following
from server.errors import TellingSchema
from server.operations.answer import Answer, answer_of
from server.operations.caller import Caller
from server.operations.documents import Documents, Prepared
from server.operations.payload import payload_of
from server.operations.persisted import PersistedOperations
from server.operations.projection import Projection, projection_of, root_of
from server.operations.reads import planner_of
from server.operations.refused import TRY_AGAIN, UNAVAILABLE, Refused, refuse
from server.operations.request import OperationRequest
from server.operations.sink import Running, Sink
from server.operations.streams import PlainStream, Stream, Streams
from server.operations.summary import EVERY_SECONDS, Summary
from server.operations.watching import Watching
from server.outage import is_outage

log = structlog.get_logger()


class Operations:
    """All of a process, and what they share."""

    def __init__(
        self,
        schema: TellingSchema,
        persisted: PersistedOperations,
        *,
        tell_every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._schema, self._persisted = schema, persisted
        self._planner = planner_of(schema)
        self._documents = Documents(schema, self._planner)
        self._summary = Summary(self._planner.counts, tell_every_seconds)
        self._streams = Streams()

    def start(
        self, request: OperationRequest, caller: Caller, sink: Sink, *, request_id: str | None = None
    ) -> Running:
        """Carry out an operation: its sink hears results and that it is complete, or a refusal."""
        watching = Watching(sink)
        watching.run(self._carry_out(request, caller, caller.context(request_id), watching))
        return watching

    async def prepare(self, request: OperationRequest, request_id: str | None = None) -> Prepared | Refused:
        """The document asked for, valid, and which of its operations is meant; or why not, fit to be told."""
        try:
            text = await self._persisted.text_of(request)
            return self._documents.prepare(text, request.operation_name)
        except Refused as refused:
            self._schema.tell(refused.errors, request_id)
            return refused
        except Exception as error:
            return self._ours(error, request_id)

    def known(self, request: OperationRequest) -> Prepared | None:
        """The same, where it is at hand: it was asked for before, and nothing is to be waited for."""
        text = self._persisted.at_hand(request)
        return None if text is None else self._documents.known(text, request.operation_name)

    async def execute(self, prepared: Prepared, request: OperationRequest, context: Context) -> Answer:
        """A query or mutation."""
        self._summary.heed()
        if prepared.reads.is_query:
            body = await self._planner.payload(prepared.reads, request.variables, context)
            if body is not None:
                return Answer(body)
        result = await self._planner.executed(prepared.reads, request.variables, context)
        self._schema.tell(result.errors or [], context.request_id)
        return answer_of(result)

    def _ours(self, error: Exception, request_id: str | None) -> Refused:
        """A bug: logged and masked like every other error of an operation. What is away is told as that."""
        if is_outage(error):
            log.warning("an operation cannot be answered now", error=repr(error))
            refused = refuse("UNAVAILABLE", TRY_AGAIN, status=UNAVAILABLE)
            self._schema.tell(refused.errors, request_id)
            return refused
        refused = Refused([GraphQLError(str(error), original_error=error)])
        self._schema.tell(refused.errors, request_id)
        return refused

    async def _carry_out(
        self, request: OperationRequest, caller: Caller, context: Context, watching: Watching
    ) -> None:
        try:
            prepared = await self.prepare(request, context.request_id)
            if isinstance(prepared, Refused):
                watching.refuse(prepared.errors)
            elif prepared.is_subscription:
                await self._subscribe(prepared, request, caller, context, watching)
            else:
                answer = await self.execute(prepared, request, context)
                watching.finish(answer.body)
        except Refused as refused:
            self._schema.tell(refused.errors, context.request_id)
            watching.refuse(refused.errors)
        except Exception as error:
            watching.refuse(self._ours(error, context.request_id).errors)

    async def _subscribe(
        self,
        prepared: Prepared,
        request: OperationRequest,
        caller: Caller,
        context: Context,
        watching: Watching,
    ) -> None:
        executor = self._executor(prepared, request, context)
        created = create_source_event_stream(executor)
        source = await created if isawaitable(created) else created
        if isinstance(source, ExecutionResult):
            self._schema.tell(source.errors or [], context.request_id)
            watching.finish(payload_of(source))
            return
        if not isinstance(source, Following):
            raise TypeError("a subscription's resolver answers a Following")
        key, stream = self._stream_of(prepared, request, caller, executor, source)
        watching.watch(source, self._streams.join(key, stream), lambda: self._streams.leave(key))
        try:
            await watching.catch_up()
        except Exception as error:
            self._end(watching, error, executor, context)

    def _end(self, watching: Watching, error: Exception, executor: Executor[Any], context: Context) -> None:
        """A subscription could not tell the past."""
        if is_outage(error):
            # To be asked again after the last cursor, which no client does after an error.
            log.warning("a subscription did not catch up", error=repr(error))
            watching.lag()
            return
        response_key, details = root_of(executor)
        located = located_error(error, [found.node for found in details], [response_key])
        self._schema.tell([located], context.request_id)
        watching.finish(payload_of(ExecutionResult(None, [located])))

    def _executor(self, prepared: Prepared, request: OperationRequest, context: Context) -> Executor[Any]:
        """Raises Refused for variables that do not fit."""
        executor = Executor.build(
            self._schema._schema,
            prepared.document,
            context_value=context,
            raw_variable_values=dict(request.variables),
            operation_name=request.operation_name,
        )
        if isinstance(executor, list):
            raise Refused(executor)
        return executor

    def _projection_of(
        self, prepared: Prepared, request: OperationRequest, executor: Executor[Any]
    ) -> Projection | None:
        """One for all who select the same."""
        conditions = tuple(request.variables.get(name) for name in prepared.reads.conditions)
        return prepared.projections.get_or_make(conditions, lambda _: projection_of(executor))

    def _stream_of(
        self,
        prepared: Prepared,
        request: OperationRequest,
        caller: Caller,
        executor: Executor[Any],
        following: Following[Any],
    ) -> tuple[Hashable, Stream | PlainStream]:
        """What makes this operation's payloads equal to others', and a stream of such."""
        declared = {node.variable.name.value for node in prepared.operation.variable_definitions or ()}
        # What is sent beside them is read by nobody, and may be nested deeper than can be written.
        told_apart = declared - {prepared.resume_variable}
        variables = {name: value for name, value in request.variables.items() if name in told_apart}
        asked = (prepared.text, request.operation_name, orjson.dumps(variables, option=orjson.OPT_SORT_KEYS))
        projection = self._projection_of(prepared, request, executor)
        if projection is None:
            stream = Stream(self._schema, executor, following, caller)
            return (*asked, caller.viewer, caller.origin), stream

        def careful() -> Stream:
            return Stream(
                self._schema, self._executor(prepared, request, caller.context()), following, caller
            )

        return asked, PlainStream(projection, following, careful)
