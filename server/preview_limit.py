from typing import Any

from graphql import FieldNode, GraphQLError, ValidationRule

MOST_PREVIEWS = 4


class PreviewLimit(ValidationRule):
    """Each preview is drawn, and answered with, megapixels: a document that asks for many is refused whole.

    Every one of them takes a field of its own in the text, wherever it stands.
    """

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self._previews = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if node.name.value != "productionPreview":
            return
        self._previews += 1
        if self._previews == MOST_PREVIEWS + 1:
            message = f"Ask for at most {MOST_PREVIEWS} previews at once."
            self.report_error(GraphQLError(message, node))
