"""Where a document uses variables."""

from collections import Counter

from graphql import DirectiveNode, Node, VariableNode, Visitor, visit


def variables_used(node: Node) -> Counter[str]:
    """How often each variable is used in a document or a part of it, its definition apart."""
    uses = _Uses()
    visit(node, uses)
    return uses.counted


def variables_of_directives(node: Node) -> frozenset[str]:
    """Of a valid document, those that say what is selected."""
    directives = _Directives()
    visit(node, directives)
    return frozenset(name for directive in directives.found for name in variables_used(directive))


class _Uses(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.counted: Counter[str] = Counter()

    def enter_variable_definition(self, *_: object) -> object:
        return self.SKIP

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.counted[node.name.value] += 1


class _Directives(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[DirectiveNode] = []

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        self.found.append(node)
