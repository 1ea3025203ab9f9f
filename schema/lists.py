"""What a list of each kind is read by, whatever it belongs to."""

from functools import partial

import models
from planner.declared import to_many
from services.list_publications import publications_where
from services.list_spaces import spaces_where
from services.list_uploads import uploads_where
from services.policy import own_productions
from services.production_filter import productions_where
from services.rows import pages
from services.rows.pages import NEWEST_FIRST

lists_productions = partial(
    to_many,
    models.Production,
    where=productions_where,
    usually=own_productions,
    order=NEWEST_FIRST,
    pages=pages,
)
lists_publications = partial(
    to_many, models.Publication, where=publications_where, order=NEWEST_FIRST, pages=pages
)
lists_spaces = partial(to_many, models.Space, where=spaces_where, order=NEWEST_FIRST, pages=pages)
lists_uploads = partial(to_many, models.Upload, where=uploads_where, order=NEWEST_FIRST, pages=pages)
