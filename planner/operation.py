from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails

from planner.variables import VariableReader


class PlannedOperation:
    """An operation of a valid document, as plans are made of it."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self.operation = operation
        self.length = len(document.loc.source.body) if document.loc else 0
        """Of the document's text, in characters."""
        self.fragments = {
            node.name.value: FragmentDetails(node)
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self.variables = VariableReader(schema, operation)
        conditions = _Conditions()
        visit(document, conditions)
        self.conditions = tuple(sorted(conditions.variables))

    @property
    def is_mutation(self) -> bool:
        return self.operation.operation is OperationType.MUTATION

    @property
    def is_query(self) -> bool:
        return self.operation.operation is OperationType.QUERY


class _Conditions(Visitor):
    """The variables that say what is selected."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.variables.add(argument.value.name.value)
