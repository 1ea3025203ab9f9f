"""Which variables a document uses, how often, and which of them say what is selected."""

from graphql import parse

from planner.values.variable_uses import variables_of_directives, variables_used

DOCUMENT = parse(
    """
    query Q($id: ID!, $more: Boolean! = true, $filter: F, $unused: Int) {
        one(id: $id) @skip(if: $more) { ...Part }
        many(filter: {any: [{of: $filter}, {of: $filter}]}, after: $id) { id }
    }
    fragment Part on One { name @include(if: $more) other @include(if: $all) third @include(if: true) }
    """
)


def test_uses_are_counted_wherever_they_are_but_definitions_are_none():
    assert variables_used(DOCUMENT) == {"id": 2, "more": 2, "filter": 2, "all": 1}


def test_those_of_directives_say_what_is_selected():
    assert variables_of_directives(DOCUMENT) == {"more", "all"}
