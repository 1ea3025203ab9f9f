from services.config_rules.problems import Problems, check_color, check_fades, check_range, check_text
from services.production_config import TitlePage

MAX_TITLE = 200
MAX_SUBTITLE = 300
TITLE_PAGE_MS = (500, 30_000)
LONGEST_FADE_MS = 5000


def title_page_problems(title_page: TitlePage | None) -> Problems:
    """Its texts, its length, its colour and its fades."""
    if title_page is None:
        return
    path = ("config", "titlePage")
    yield from check_text(title_page.title, MAX_TITLE, (*path, "title"))
    if title_page.subtitle is not None:
        yield from check_text(title_page.subtitle, MAX_SUBTITLE, (*path, "subtitle"))
    yield from check_range(title_page.duration_ms, TITLE_PAGE_MS, "ms", (*path, "durationMs"))
    yield from check_color(title_page.background, (*path, "background"))
    yield from check_fades(title_page.fade_in_ms, title_page.fade_out_ms, LONGEST_FADE_MS, path)
