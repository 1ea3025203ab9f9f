from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)

from planner.operation import PlannedOperation
from planner.planner import Planner
from planner.recent import Recent
from planner.values.variable_uses import variables_used
from server.errors import TellingSchema
from server.operations.projection import Projection
from server.operations.refused import Refused
from services.recently_used import RecentlyUsed

MAX_PROJECTIONS = 16
MEMORY_BYTES = 96 * 1024 * 1024
MAX_REMEMBERED_LENGTH = 32 * 1024
# A parsed document takes 65 to 200 bytes for each character of its text, the most where names are short.
BYTES_A_CHARACTER, ENTRY_BYTES = 200, 8 * 1024
# To read a token takes some microseconds, in which nobody else is served. Large clients' documents, and those
# that ask for the whole schema, have about a tenth of this.
MAX_TOKENS, MAX_COMMENTS = 10_000, 1_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A valid document and which of its operations is meant."""

    text: str
    document: DocumentNode
    operation: OperationDefinitionNode
    resume_variable: str | None
    """The variable that says where to continue and is used for nothing else."""
    reads: PlannedOperation
    projections: Recent[Hashable, Projection | None] = field(default_factory=lambda: Recent(MAX_PROJECTIONS))
    """By the values of the variables that say what is selected, as far as they were asked for."""

    @property
    def is_subscription(self) -> bool:
        return self.operation.operation is OperationType.SUBSCRIPTION


class Documents:
    """Documents parsed and validated once, as many as fit; the longest unused goes."""

    def __init__(self, schema: TellingSchema, planner: Planner) -> None:
        self._schema, self._planner = schema._schema, planner
        self._rules = [*specified_rules, *schema.rules]
        self._prepared = RecentlyUsed[Prepared](MEMORY_BYTES, _size_of)

    def known(self, text: str, operation_name: str | None) -> Prepared | None:
        """What was prepared before."""
        return self._prepared.get((text, operation_name))

    def prepare(self, text: str, operation_name: str | None) -> Prepared:
        """Raises Refused for a document that does not parse or is not valid, and for an operation that is not
        in it or is not named although there are several (GraphQL, section 6.1)."""
        known = self.known(text, operation_name)
        if known is not None:
            return known
        prepared = self._prepare(text, operation_name)
        if len(text) <= MAX_REMEMBERED_LENGTH:
            self._prepared.put((text, operation_name), prepared)
        return prepared

    def _prepare(self, text: str, operation_name: str | None) -> Prepared:
        try:
            document = parse(text, max_lexical_tokens=MAX_TOKENS, max_comments=MAX_COMMENTS)
        except GraphQLSyntaxError as error:
            raise Refused([error]) from None
        errors = validate(self._schema, document, self._rules)
        if errors:
            raise Refused(errors)
        operation = get_operation_ast(document, operation_name)
        if operation is None:
            raise Refused([GraphQLError(_which(operation_name))])
        reads = self._planner.operation(document, operation)
        return Prepared(
            text, document, operation, _resume_variable(operation, variables_used(document)), reads
        )


def _size_of(prepared: Prepared) -> int:
    return len(prepared.text) * BYTES_A_CHARACTER + ENTRY_BYTES


def _which(operation_name: str | None) -> str:
    if operation_name is None:
        return "Must provide operation name if query contains multiple operations."
    return f'Unknown operation named "{operation_name}".'


def _resume_variable(operation: OperationDefinitionNode, uses: Counter[str]) -> str | None:
    """That of the root field's argument `after`, unless it is used elsewhere too."""
    for selection in operation.selection_set.selections:
        if isinstance(selection, FieldNode):
            for argument in selection.arguments or ():
                value = argument.value
                if argument.name.value == "after" and isinstance(value, VariableNode):
                    return value.name.value if uses[value.name.value] == 1 else None
    return None
