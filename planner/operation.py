from collections.abc import Hashable

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.collect_fields import FragmentDetails

from planner.plan import MutationPlan, Plan
from planner.recent import Recent
from planner.variable_uses import variables_of_directives
from planner.variables import VariableReader

MAX_PLANS = 32
"""Of one operation: for each kind of viewer, and what @skip and @include may be."""


class PlannedOperation:
    """An operation of a valid document, and its plans as far as they were asked for."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self.operation = operation
        self.fragments = {
            node.name.value: FragmentDetails(node)
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self.variables = VariableReader(schema, operation)
        self.plans: Recent[Hashable, Plan | MutationPlan | str] = Recent(MAX_PLANS)
        """Or why there is none."""
        self.conditions = tuple(sorted(variables_of_directives(document)))

    @property
    def is_mutation(self) -> bool:
        return self.operation.operation is OperationType.MUTATION

    @property
    def is_query(self) -> bool:
        return self.operation.operation is OperationType.QUERY
