"""What of a document is selected, as graphql-core collects it."""

from dataclasses import dataclass

from graphql import GraphQLObjectType, GraphQLSchema, OperationDefinitionNode, VariableValues
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)


@dataclass(frozen=True, slots=True)
class Collecting:
    """An operation, and the values of its variables, of which only those of @skip and @include count."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDetails]
    variable_values: VariableValues
    operation: OperationDefinitionNode

    def at_root(self, root: GraphQLObjectType) -> CollectedFields:
        return collect_fields(self.schema, self.fragments, self.variable_values, root, self.operation)

    def below(self, details: FieldDetailsList, type_: GraphQLObjectType) -> CollectedFields:
        """What is selected of an object of that type where `details` stand."""
        return collect_subfields(
            self.schema, self.fragments, self.variable_values, self.operation, type_, details
        )
