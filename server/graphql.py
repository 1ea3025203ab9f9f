"""The table of contents of the API: one line a field."""

import strawberry
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.schema.config import StrawberryConfig

from resolvers import (
    nodes,
    production_preview,
    productions,
    publications,
    spaces,
    subscriptions,
    uploads,
    viewer,
)
from schema.publications import Publication
from schema.renders import Render
from schema.scalars import BIG_INT, BigInt
from schema.users import User
from server.errors import TellingSchema
from server.preview_limit import PreviewLimit
from server.size_limit import size_limit

MOST_ALIASES = 60
# Fields of the same name are compared two by two, at two units a pair: graphql-core's own budget, ten times
# this, keeps everybody waiting for seconds. A field that is asked for 200 times over stays below it.
COMPARISONS_BUDGET = 50_000


@strawberry.type(description="What can be read.")
class Query:
    viewer = strawberry.field(viewer.viewer, description="Who is asking; null for nobody.")
    node = strawberry.field(nodes.node, description="Any object by its id.")
    upload = strawberry.field(uploads.upload, description="An upload of the viewer's.")
    uploads = strawberry.field(uploads.uploads, description="The viewer's uploads.")
    production = strawberry.field(productions.production, description="A production.")
    productions = strawberry.field(
        productions.productions, description="The viewer's productions and those shown to them in spaces."
    )
    production_preview = strawberry.field(
        production_preview.production_preview,
        description="What a config would render, cost and take, before paying for it; nothing is kept.",
    )
    space = strawberry.field(spaces.space, description="A space, by id or slug.")
    spaces = strawberry.field(spaces.spaces, description="The spaces the viewer may see.")


@strawberry.type(description="What can be done.")
class Mutation:
    create_upload = strawberry.mutation(uploads.create_upload, description="Announce a file.")
    complete_upload = strawberry.mutation(
        uploads.complete_upload, description="Say that all bytes were sent; they are then verified."
    )
    cancel_upload = strawberry.mutation(uploads.cancel_upload, description="Give up an upload under way.")
    update_upload = strawberry.mutation(uploads.update_upload, description="Rename an upload.")
    delete_upload = strawberry.mutation(uploads.delete_upload, description="Delete an upload and its file.")
    create_production = strawberry.mutation(
        productions.create_production, description="Make a production of an upload and render it."
    )
    update_production = strawberry.mutation(
        productions.update_production, description="Rename a production, or render it with another config."
    )
    cancel_production = strawberry.mutation(
        productions.cancel_production, description="Cancel a production's render."
    )
    retry_production = strawberry.mutation(
        productions.retry_production, description="Render a FAILED or CANCELED production again."
    )
    restore_render = strawberry.mutation(
        productions.restore_render, description="Play an earlier completed render again."
    )
    delete_production = strawberry.mutation(
        productions.delete_production, description="Delete a production with everything it rendered."
    )
    publish = strawberry.mutation(publications.publish, description="Put a production into spaces.")
    unpublish = strawberry.mutation(publications.unpublish, description="Withdraw a production from spaces.")
    create_space = strawberry.mutation(spaces.create_space, description="Make a space.")
    update_space = strawberry.mutation(spaces.update_space, description="Change a space.")
    delete_space = strawberry.mutation(spaces.delete_space, description="Delete a space.")
    add_space_member = strawberry.mutation(spaces.add_space_member, description="Add a member to a space.")
    update_space_member = strawberry.mutation(
        spaces.update_space_member, description="Give a member another role."
    )
    remove_space_member = strawberry.mutation(
        spaces.remove_space_member, description="End a membership of a space."
    )


@strawberry.type(description="What can be followed live.")
class Subscription:
    production_status_changed = strawberry.subscription(
        subscriptions.production_status_changed,
        description="A production's status: first as it is, then every change.",
    )
    productions_status_changed = strawberry.subscription(
        subscriptions.productions_status_changed,
        description="The status of every production the viewer may see: unfinished ones first, then changes.",
    )
    upload_status_changed = strawberry.subscription(
        subscriptions.upload_status_changed,
        description="An upload's status: first as it is, then every change.",
    )
    publications_changed = strawberry.subscription(
        subscriptions.publications_changed,
        description="A space's publications: first those there are, then every change.",
    )


def build_schema(*, max_depth: int) -> TellingSchema:
    """The schema, and the limits of documents (server/operations/documents.py heeds them)."""
    overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = COMPARISONS_BUDGET
    return TellingSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Publication, Render, User],
        config=StrawberryConfig(scalar_map={BigInt: BIG_INT}, disable_field_suggestions=False),
        rules=(size_limit(max_depth=max_depth, max_aliases=MOST_ALIASES), PreviewLimit),
    )
