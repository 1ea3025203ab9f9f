import models
from services.production_filter import EVERY_PRODUCTION, ProductionFilter, productions_where
from services.rows.pages import NEWEST_FIRST, Order, Page, PageRequest, page_of
from services.viewer import Viewer


async def list_productions(
    *,
    viewer: Viewer,
    page: PageRequest,
    filter: ProductionFilter = EVERY_PRODUCTION,
    order: Order = NEWEST_FIRST,
) -> Page[models.Production]:
    """The productions the viewer may see: their own and those shown to them in spaces."""
    wanted = productions_where(viewer, filter)
    return await page_of(models.Production, wanted, order, page)
