from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.collect_fields import FragmentDetails

from planner.values.variable_uses import variables_of_directives
from planner.values.variables import VariableReader


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
        self.definitions = {name: found.definition for name, found in self.fragments.items()}
        self.variables = VariableReader(schema, operation)
        self.conditions = tuple(sorted(variables_of_directives(document)))

    @property
    def is_mutation(self) -> bool:
        return self.operation.operation is OperationType.MUTATION

    @property
    def is_query(self) -> bool:
        return self.operation.operation is OperationType.QUERY
